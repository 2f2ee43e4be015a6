package dev.weft.proxy.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.EscapedSlashes;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * H65 to H68: route and endpoint see the same path, whatever a client makes of it, or nobody does.
 * A route denies {@code /admin} and what is below it; everything else goes to the endpoint.
 */
class PathsTest {
  private static final String REFUSED = "400";
  private static final String DENIED = "403";

  /** What a connection manager does with paths. */
  enum Form {
    AS_IT_IS(EscapedSlashes.KEEP_UNCHANGED, false, false),
    NORMAL(EscapedSlashes.KEEP_UNCHANGED, true, true),
    REJECT(EscapedSlashes.REJECT_REQUEST, false, false),
    REDIRECT(EscapedSlashes.UNESCAPE_AND_REDIRECT, true, false),
    FORWARD(EscapedSlashes.UNESCAPE_AND_FORWARD, true, true),
    FORWARD_ONLY(EscapedSlashes.UNESCAPE_AND_FORWARD, false, false);

    private final EscapedSlashes slashes;
    private final boolean normalize;
    private final boolean merge;

    Form(EscapedSlashes slashes, boolean normalize, boolean merge) {
      this.slashes = slashes;
      this.normalize = normalize;
      this.merge = merge;
    }

    HttpConnectionManager apply(HttpConnectionManager manager) {
      return HttpConnectionManagerBuilder.builder(manager)
          .escapedSlashes(slashes)
          .normalizePath(normalize)
          .mergeSlashes(merge)
          .build();
    }
  }

  private static final Map<Form, PairMesh> meshes = new EnumMap<>(Form.class);
  private static final Map<Form, Knock> knocks = new EnumMap<>(Form.class);

  @BeforeAll
  static void start() {
    for (Form form : Form.values()) {
      PairMesh pairs = new PairMesh(form::apply, PathsTest::denyAdmin).start();
      meshes.put(form, pairs);
      knocks.put(form, new Knock(pairs));
    }
  }

  private static RouteConfig denyAdmin(RouteConfig all) {
    return Configs.routes(
        Configs.route(RouteMatch.prefix("/admin"), new RouteAction.DirectResponse(403, "denied")),
        all.virtualHosts().getFirst().routes().getFirst());
  }

  @AfterAll
  static void stop() {
    knocks.values().forEach(Knock::close);
    meshes.values().forEach(PairMesh::close);
  }

  private static Pair.Row row(String number, Form form, String sent, String outcome) {
    return new Pair.Row(number + " " + form + " " + sent, form, sent, outcome);
  }

  /** What is sent, and the path the endpoint sees, or the status without it. */
  static Stream<Arguments> paths() {
    return Pair.times(
        Pair.all(),
        List.of(
            row("H65", Form.AS_IT_IS, "/a%2fb", "/a%2fb"),
            row("H65", Form.AS_IT_IS, "/%61dmin", "/%61dmin"),
            row("H66", Form.AS_IT_IS, "/x/../admin", "/x/../admin"),
            row("H66", Form.AS_IT_IS, "//admin", "//admin"),
            row("H67", Form.AS_IT_IS, "/a;x=y/b", "/a;x=y/b"),
            row("H68", Form.AS_IT_IS, "/a%00b", REFUSED),
            row("H68", Form.AS_IT_IS, "/a%00", REFUSED),
            row("H68", Form.AS_IT_IS, "/x%c0%afadmin", REFUSED),
            row("H68", Form.AS_IT_IS, "/%C1%81dmin", REFUSED),
            row("H68", Form.AS_IT_IS, "/x%e0%80%afadmin", REFUSED),
            row("H68", Form.AS_IT_IS, "/x%f0%80%80%afadmin", REFUSED),
            row("H68", Form.AS_IT_IS, "/a\\b", REFUSED),
            row("H68", Form.AS_IT_IS, "/a#b", REFUSED),
            row("H68", Form.AS_IT_IS, "/a\u00c0\u00afb", REFUSED),
            row("H68", Form.AS_IT_IS, "/caf%C3%A9?x=%00%c0%af", "/caf%C3%A9?x=%00%c0%af"),
            row("H68", Form.AS_IT_IS, "/caf%E9/%C0", "/caf%E9/%C0"),
            row("H65", Form.NORMAL, "/%61dmin", DENIED),
            row("H65", Form.NORMAL, "/x/%2e%2E/admin", DENIED),
            row("H65", Form.NORMAL, "/a%2f..%2fadmin", "/a%2f..%2fadmin"),
            row("H65", Form.NORMAL, "/%2561dmin", "/%2561dmin"),
            row("H65", Form.NORMAL, "/a%", REFUSED),
            row("H65", Form.NORMAL, "/a%zz", REFUSED),
            row("H66", Form.NORMAL, "//admin", DENIED),
            row("H66", Form.NORMAL, "/./admin", DENIED),
            row("H66", Form.NORMAL, "/x/../admin", DENIED),
            row("H66", Form.NORMAL, "/x//..//../admin", "/x/admin"),
            row("H66", Form.NORMAL, "/../../admin", DENIED),
            row("H66", Form.NORMAL, "/a//b/./c/../d?q=/../e", "/a/b/d?q=/../e"),
            row("H67", Form.NORMAL, "/admin;x=y", DENIED),
            row("H67", Form.NORMAL, "/a;x=y/b", "/a;x=y/b"),
            row("H67", Form.NORMAL, "/x/..;x=y/admin", REFUSED),
            row("H67", Form.NORMAL, "/x/..;/admin", REFUSED),
            row("H67", Form.NORMAL, "/x/%2e%2e;/admin", REFUSED),
            row("H68", Form.NORMAL, "/a%00b", REFUSED),
            row("H66", Form.REDIRECT, "//admin", "//admin"),
            row("H66", Form.REDIRECT, "/x/../admin", DENIED),
            row("H65", Form.REJECT, "/a%2fb", REFUSED),
            row("H65", Form.REJECT, "/a%2Fb", REFUSED),
            row("H65", Form.REJECT, "/a%5cb", REFUSED),
            row("H65", Form.REJECT, "/a%5Cb", REFUSED),
            row("H65", Form.REJECT, "/a%252fb?x=%2f", "/a%252fb?x=%2f"),
            row("H65", Form.REDIRECT, "/a%2fb", "307"),
            row("H65", Form.REDIRECT, "/%2fother.test", REFUSED),
            row("H65", Form.REDIRECT, "/%5cother.test", REFUSED),
            row("H65", Form.REDIRECT, "/a?x=%2f", "/a?x=%2f"),
            row("H65", Form.FORWARD, "/a%2fb%5Cc?x=%2f", "/a/b/c?x=%2f"),
            row("H65", Form.FORWARD, "/x%2f..%2fadmin", DENIED),
            row("H65", Form.FORWARD, "/x%5c%2e%2e%5cadmin", DENIED),
            row("H65", Form.FORWARD, "/%2fadmin", DENIED),
            row("H65", Form.FORWARD, "/a%252fb", "/a%252fb"),
            row("H65", Form.FORWARD_ONLY, "/a%2Fb", "/a/b"),
            row("H68", Form.FORWARD_ONLY, "/a%5cb", REFUSED)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("paths")
  void routeAndEndpointSeeOneFormOrNone(
      String name, Pair pair, Form form, String sent, String outcome) throws IOException {
    PairMesh pairs = meshes.get(form);
    pairs.upstream(pair).forget();
    String status = knocks.get(form).get(pair, sent);

    if (outcome.startsWith("/")) {
      assertThat(status).isEqualTo("200");
      assertThat(pairs.upstream(pair).paths()).containsExactly(outcome);
    } else {
      // What is no path at all resets an HTTP/2 stream.
      assertThat(status).isIn(outcome, outcome.equals(REFUSED) ? "cut" : outcome);
      assertThat(pairs.upstream(pair).paths()).as("what the endpoint saw").isEmpty();
    }
  }

  static Stream<Arguments> redirects() {
    return Pair.times(
        Pair.all(),
        List.of(
            new Pair.Row("H65 slash", "/a%2Fb?x=%2f", "/a/b?x=%2f"),
            new Pair.Row("H65 backslash", "/a%5cb", "/a/b"),
            new Pair.Row("H65 dots", "/x%2f..%2fadmin", "/admin")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("redirects")
  void escapedSlashesAreRedirected(String name, Pair pair, String sent, String location) {
    PairMesh pairs = meshes.get(Form.REDIRECT);
    pairs.upstream(pair).forget();
    Client.Reply reply = pairs.client(pair).get(pairs.port(pair), sent);

    assertThat(reply.status()).isEqualTo(307);
    assertThat(reply.header("location")).isEqualTo(location);
    assertThat(pairs.upstream(pair).paths()).as("what the endpoint saw").isEmpty();
  }

  @ParameterizedTest(name = "H65 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#all")
  void h65AGrpcRequestIsRefusedInsteadOfRedirected(Pair pair) {
    PairMesh pairs = meshes.get(Form.REDIRECT);
    Client.Reply reply =
        pairs
            .client(pair)
            .call(
                pairs.port(pair),
                HttpMethod.POST,
                "/a.B%2fC",
                Map.of("content-type", "application/grpc"),
                "");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("grpc-status")).isEqualTo("13");
  }
}
