package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.Priority;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Copies of requests: what they look like was seen on Envoy 1.40.0. */
class MirrorTest {
  private final Mesh mesh = new Mesh();
  private final Backend main =
      Backend.start(
          mesh.outside, request -> request.bodyHandler(body -> request.response().end("main")));
  private final Queue<String> copies = new ConcurrentLinkedQueue<>();

  /** Notes what comes, whole. */
  private final Backend mirror =
      Backend.start(
          mesh.outside,
          request ->
              request.bodyHandler(
                  body -> {
                    copies.add(
                        request.method()
                            + " "
                            + request.uri()
                            + " "
                            + request.authority()
                            + " "
                            + request.getHeader("x-envoy-internal")
                            + " "
                            + body);
                    request.response().setStatusCode(500).end("nobody reads this");
                  }));

  @AfterEach
  void close() {
    mesh.close();
  }

  private void apply(int mirrorPort, String route) {
    mesh.apply(
        config(
            table("virtual_hosts: [{name: v, domains: ['*'], routes: [" + route + "]}]"),
            cluster("main", UpstreamProtocol.HTTP1, main.port()),
            cluster("mirror", UpstreamProtocol.HTTP1, mirrorPort)));
  }

  private Client.Reply get(String path) {
    return mesh.h1.get(mesh.port(), path, Map.of("host", "a.test:80"));
  }

  @Test
  void aCopyGoesToEveryMirror() {
    apply(
        mirror.port(),
        "{match: {prefix: /from}, route: {cluster: main, prefix_rewrite: /to,"
            + " request_mirror_policies: [{cluster: mirror}, {cluster: none},"
            + " {cluster_header: x-mirror}, {cluster: mirror, disable_shadow_host_suffix_append:"
            + " true}]}}");

    assertThat(get("/from/x?y").body()).isEqualTo("main");

    await().until(() -> copies.size() == 2);
    assertThat(copies)
        .containsExactlyInAnyOrder(
            "GET /to/x?y a.test-shadow:80 true ", "GET /to/x?y a.test:80 true ");
    assertThat(main.requests()).isEqualTo(1);
  }

  @Test
  void aCopyHasTheBody() {
    apply(
        mirror.port(),
        "{match: {prefix: /}, route: {cluster: main, request_mirror_policies: [{cluster:"
            + " mirror}]}}");
    for (Client client : List.of(mesh.h1, mesh.h2)) {
      assertThat(client.post(mesh.port(), "/", "hello").body()).isEqualTo("main");
    }

    await().until(() -> copies.size() == 2);
    assertThat(copies).allMatch(copy -> copy.endsWith(" true hello"));
  }

  @Test
  void theMostSpecificMirrorsCount() {
    mesh.apply(
        config(
            table(
                "request_mirror_policies: [{cluster: mirror}], virtual_hosts: ["
                    + "{name: v, domains: [a.test], request_mirror_policies: [{cluster: none}],"
                    + " routes: [{match: {prefix: /own}, route: {cluster: main,"
                    + " request_mirror_policies: [{cluster: mirror}]}},"
                    + " {match: {prefix: /}, route: {cluster: main}}]},"
                    + "{name: w, domains: ['*'], routes: [{match: {prefix: /}, route: {cluster:"
                    + " main}}]}]"),
            cluster("main", UpstreamProtocol.HTTP1, main.port()),
            cluster("mirror", UpstreamProtocol.HTTP1, mirror.port())));

    mesh.h1.get(mesh.port(), "/host", Map.of("host", "a.test"));
    mesh.h1.get(mesh.port(), "/own", Map.of("host", "a.test"));
    mesh.h1.get(mesh.port(), "/table", Map.of("host", "b.test"));

    await().until(() -> copies.size() == 2);
    assertThat(copies)
        .containsExactlyInAnyOrder(
            "GET /own a.test-shadow true ", "GET /table b.test-shadow true ");
  }

  @Test
  void aFractionOfRequestsIsCopied() {
    apply(
        mirror.port(),
        "{match: {prefix: /none}, route: {cluster: main, request_mirror_policies: [{cluster:"
            + " mirror, runtime_fraction: {default_value: {numerator: 0}}}]}},"
            + "{match: {prefix: /half}, route: {cluster: main, request_mirror_policies: [{cluster:"
            + " mirror, runtime_fraction: {default_value: {numerator: 50}}}]}},"
            + "{match: {prefix: /all}, route: {cluster: main, request_mirror_policies: [{cluster:"
            + " mirror}]}}");
    IntStream.range(0, 20).forEach(i -> get("/none"));
    IntStream.range(0, 200).forEach(i -> get("/half"));
    get("/all");

    await().until(() -> copies.stream().anyMatch(copy -> copy.startsWith("GET /all")));
    assertThat(copies).noneMatch(copy -> copy.startsWith("GET /none"));
    assertThat(copies.stream().filter(copy -> copy.startsWith("GET /half")).count())
        .isBetween(50L, 150L);
  }

  /** A socket that accepts by its backlog, and never reads: what is sent to it soon waits. */
  @Test
  void aMirrorThatHangsHoldsNothingUp() throws IOException {
    String large = "x".repeat(8_000_000); // more than sockets take by themselves
    try (ServerSocket deaf = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      deaf.setReceiveBufferSize(4096);
      apply(
          deaf.getLocalPort(),
          "{match: {prefix: /}, route: {cluster: main, request_mirror_policies: [{cluster:"
              + " mirror}]}}");
      for (int i = 0; i < 4; i++) {
        Client client = i % 2 == 0 ? mesh.h1 : mesh.h2;
        Client.Reply reply = client.call(mesh.port(), HttpMethod.POST, "/", Map.of(), large);
        assertThat(reply.body()).isEqualTo("main");
      }
      // Most of a body waits, so each copy was left in the middle of it.
      await()
          .until(
              () ->
                  mesh.path.runtime().cluster("mirror").breaker(Priority.DEFAULT).requests() == 0);
    }
  }

  @Test
  void aMirrorThatRefusesChangesNothing() throws IOException {
    int refusing;
    try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refusing = closed.getLocalPort();
    }
    apply(
        refusing,
        "{match: {prefix: /}, route: {cluster: main, request_mirror_policies: [{cluster:"
            + " mirror}]}}");

    for (Client client : List.of(mesh.h1, mesh.h2)) {
      assertThat(client.post(mesh.port(), "/", "hello").body()).isEqualTo("main");
    }
    await().until(() -> mesh.telemetry.lines().size() == 2);
    assertThat(mesh.telemetry.lines()).allMatch(line -> line.flags().equals("-"));
  }
}
