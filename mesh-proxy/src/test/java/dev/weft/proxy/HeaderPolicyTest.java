package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client.Reply;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.Written;
import io.vertx.core.http.HttpServerRequest;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a connection manager makes of single headers, over real sockets. */
class HeaderPolicyTest {
  private final Mesh mesh = new Mesh();
  private final AtomicReference<Map<String, String>> seen = new AtomicReference<>(Map.of());

  @AfterEach
  void close() {
    mesh.close();
  }

  private void serve(String manager, String routes) throws Exception {
    Backend backend =
        Backend.start(
            mesh.outside,
            request -> {
              seen.set(headers(request));
              request.response().putHeader("server", "theirs").putHeader("via", "1.1 up").end("ok");
            });
    mesh.apply(Written.manager(manager, routes, backend.port()));
  }

  private static Map<String, String> headers(HttpServerRequest request) {
    Map<String, String> headers = new java.util.HashMap<>();
    request.headers().forEach(h -> headers.put(h.getKey().toLowerCase(), h.getValue()));
    return headers;
  }

  private static final String ALL = "- match: {prefix: /}\n  route: {cluster: app}\n";

  @ParameterizedTest
  @CsvSource({
    "OVERWRITE, mine",
    "APPEND_IF_ABSENT, theirs",
    "PASS_THROUGH, theirs",
  })
  void serverIsWhatTheManagerSays(String transformation, String expected) throws Exception {
    serve("server_name: mine\nserver_header_transformation: " + transformation, ALL);

    assertThat(mesh.h1.get(mesh.port(), "/").header("server")).isEqualTo(expected);
  }

  @Test
  void anAnswerWithoutServerGetsTheName() throws Exception {
    serve(
        "server_name: mine\nserver_header_transformation: APPEND_IF_ABSENT",
        "- match: {prefix: /}\n  direct_response: {status: 200}\n");

    assertThat(mesh.h2.get(mesh.port(), "/").header("server")).isEqualTo("mine");
  }

  @Test
  void viaNamesEveryHopBothWays() throws Exception {
    serve("via: 1.1 mesh", ALL);

    Reply reply = mesh.h1.get(mesh.port(), "/", Map.of("via", "1.0 me"));
    assertThat(reply.header("via")).isEqualTo("1.1 up, 1.1 mesh");
    assertThat(seen.get()).containsEntry("via", "1.0 me, 1.1 mesh");
  }

  @Test
  void aStrangersRequestIdStaysOnlyIfAskedFor() throws Exception {
    serve("use_remote_address: true\nalways_set_request_id_in_response: true", ALL);
    Reply replaced = mesh.h1.get(mesh.port(), "/", Map.of("x-request-id", "theirs"));
    assertThat(seen.get().get("x-request-id"))
        .isNotEqualTo("theirs")
        .isEqualTo(replaced.header("x-request-id"));

    serve(
        "use_remote_address: true\npreserve_external_request_id: true\n"
            + "always_set_request_id_in_response: true",
        ALL);
    assertThat(
            mesh.h1.get(mesh.port(), "/", Map.of("x-request-id", "theirs")).header("x-request-id"))
        .isEqualTo("theirs");
  }

  @Test
  void xForwardedForStaysAsItCameIfAskedFor() throws Exception {
    serve("use_remote_address: true\nskip_xff_append: true\nappend_x_forwarded_port: true", ALL);
    mesh.h1.get(mesh.port(), "/", Map.of("x-forwarded-for", "1.2.3.4"));

    assertThat(seen.get())
        .containsEntry("x-forwarded-for", "1.2.3.4")
        .containsEntry("x-envoy-external-address", "127.0.0.1")
        .containsEntry("x-forwarded-port", Integer.toString(mesh.port()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "strip_any_host_port: true | a.test:99 | a.test",
        "strip_any_host_port: true | [::1]:80 | [::1]",
        "strip_any_host_port: true | [::1] | [::1]",
        "strip_matching_host_port: true | a.test:99 | a.test:99",
        "strip_trailing_host_dot: true | a.test. | a.test",
        "strip_trailing_host_dot: true | a.test.:99 | a.test:99",
        "merge_slashes: false | a.test:99 | a.test:99",
      })
  void theHostLosesWhatTheManagerTakesAway(String manager, String sent, String arrived)
      throws Exception {
    serve(manager, ALL);
    mesh.h1.get(mesh.port(), "/", Map.of("host", sent));

    assertThat(seen.get()).containsEntry("host", arrived);
  }

  @Test
  void thePortOfTheListenerGoesFromTheHost() throws Exception {
    serve("strip_matching_host_port: true", ALL);
    mesh.h1.get(mesh.port(), "/", Map.of("host", "a.test:" + mesh.port()));

    assertThat(seen.get()).containsEntry("host", "a.test");
  }
}
