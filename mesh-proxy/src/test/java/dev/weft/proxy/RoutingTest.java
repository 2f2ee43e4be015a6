package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.exact;
import static dev.weft.proxy.testkit.Configs.route;
import static dev.weft.proxy.testkit.Configs.routes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.ClusterTarget.WeightedCluster;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HeaderMutations.Append;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteMatch;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests over real sockets find their cluster, and carry what they should. */
class RoutingTest {
  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private static RouteMatch header(String name, String value) {
    return new RouteMatch(
        new PathMatch.Prefix("/", true),
        List.of(HeaderMatch.exact(name, value)),
        List.of(),
        false,
        null);
  }

  @Test
  void byPathHeaderAndMethod() {
    Backend one = Backend.named(mesh.outside, "one");
    Backend two = Backend.named(mesh.outside, "two");
    mesh.apply(
        config(
            routes(
                route(exact("/two"), RouteAction.Forward.to("two")),
                route(header("version", "v2"), RouteAction.Forward.to("two")),
                route(header(":method", "DELETE"), RouteAction.Forward.to("two")),
                route(RouteMatch.prefix("/"), RouteAction.Forward.to("one"))),
            cluster("one", UpstreamProtocol.HTTP1, one.port()),
            cluster("two", UpstreamProtocol.HTTP2, two.port())));
    for (Client client : List.of(mesh.h1, mesh.h2)) {
      assertThat(client.get(mesh.port(), "/two?x=1").body()).isEqualTo("two");
      assertThat(client.get(mesh.port(), "/two/").body()).isEqualTo("one");
      assertThat(client.get(mesh.port(), "/", Map.of("version", "v2")).body()).isEqualTo("two");
      assertThat(client.call(mesh.port(), HttpMethod.DELETE, "/", Map.of(), null).body())
          .isEqualTo("two");
      assertThat(client.post(mesh.port(), "/", "hello").body()).isEqualTo("one");
    }
    assertThat(mesh.telemetry.calls("cluster/two/answered")).isEqualTo(6);
  }

  @Test
  void byWeight() {
    Backend one = Backend.named(mesh.outside, "one");
    Backend two = Backend.named(mesh.outside, "two");
    ClusterTarget half =
        new ClusterTarget.Weighted(
            List.of(
                new WeightedCluster("one", 1, HeaderMutations.NONE),
                new WeightedCluster("two", 3, HeaderMutations.NONE),
                new WeightedCluster("never", 0, HeaderMutations.NONE)));
    mesh.apply(
        config(
            routes(
                route(
                    RouteMatch.prefix("/"),
                    new RouteAction.Forward(
                        half,
                        Duration.ofSeconds(5),
                        null,
                        null,
                        null,
                        null,
                        null,
                        Priority.DEFAULT))),
            cluster("one", UpstreamProtocol.HTTP2, one.port()),
            cluster("two", UpstreamProtocol.HTTP2, two.port())));
    List<Future<Client.Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      replies.add(mesh.h2.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null));
    }
    assertThat(replies)
        .extracting(Client::await)
        .extracting(reply -> reply.status() + " " + reply.body())
        .containsOnly("200 one", "200 two");
    assertThat(two.requests()).isBetween(240, 360);
    assertThat(one.requests() + two.requests()).isEqualTo(400);
  }

  @Test
  void tellsTheEndpointWhoAsks() {
    Backend echo =
        Backend.start(
            mesh.outside,
            request -> {
              StringBuilder text = new StringBuilder();
              request
                  .headers()
                  .forEach((k, v) -> text.append(k).append('=').append(v).append('\n'));
              request.response().end(text.toString());
            });
    mesh.apply(config(all("echo"), cluster("echo", UpstreamProtocol.HTTP1, echo.port())));
    Client.Reply reply =
        mesh.h1.get(
            mesh.port(),
            "/",
            Map.of(
                "x-envoy-max-retries", "9",
                "x-forwarded-client-cert", "Hash=forged",
                "connection", "x-private",
                "x-private", "1"));
    assertThat(reply.body())
        .contains("x-forwarded-proto=http\n", "x-envoy-attempt-count=1\n")
        .contains("x-envoy-expected-rq-timeout-ms=15000\n")
        .containsPattern("x-request-id=[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-")
        .doesNotContain("x-envoy-max-retries", "forged", "x-private");
    assertThat(reply.header("server")).isEqualTo("weft");
    assertThat(reply.header("x-envoy-upstream-service-time")).matches("\\d+");
    assertThat(reply.header("date")).isNotNull();
  }

  @Test
  void rewritesRedirectsAndAnswersByItself() {
    Backend echo =
        Backend.start(
            mesh.outside,
            request ->
                request
                    .response()
                    .putHeader("gone", "1")
                    .end(
                        request.uri()
                            + " "
                            + request.getHeader("x-envoy-original-path")
                            + " "
                            + request.getHeader("added")));
    HeaderMutations changes =
        new HeaderMutations(
            List.of(new HeaderValue("added", "yes", Append.OVERWRITE_IF_EXISTS_OR_ADD)),
            List.of(),
            List.of(new HeaderValue("from", "route", Append.ADD_IF_ABSENT)),
            List.of("gone"));
    mesh.apply(
        config(
            routes(
                new Route(
                    "api",
                    RouteMatch.prefix("/api"),
                    new RouteAction.Forward(
                        new ClusterTarget.Single("echo"),
                        Duration.ofSeconds(5),
                        null,
                        null,
                        null,
                        null,
                        new RouteAction.Rewrite("/v1", "echo.test"),
                        Priority.DEFAULT),
                    changes),
                route(
                    RouteMatch.prefix("/old"),
                    new RouteAction.Redirect("https", null, null, null, "/new", 308, false)),
                route(RouteMatch.prefix("/teapot"), new RouteAction.DirectResponse(418, "short")),
                route(RouteMatch.prefix("/nowhere"), RouteAction.Forward.to("missing"))),
            cluster("echo", UpstreamProtocol.HTTP2, echo.port())));
    Client.Reply api = mesh.h2.get(mesh.port(), "/api/x?q=1");
    assertThat(api.body()).isEqualTo("/v1/x?q=1 /api/x?q=1 yes");
    assertThat(api.header("from")).isEqualTo("route");
    assertThat(api.header("gone")).isNull();
    Client.Reply moved = mesh.h1.get(mesh.port(), "/old/a?b=c");
    assertThat(moved.status()).isEqualTo(308);
    assertThat(moved.header("location"))
        .isEqualTo("https://127.0.0.1:" + mesh.port() + "/new/a?b=c");
    assertThat(mesh.h1.get(mesh.port(), "/teapot").body()).isEqualTo("short");
    assertThat(mesh.h1.get(mesh.port(), "/nowhere").status()).isEqualTo(503);
    assertThat(mesh.h1.get(mesh.port(), "/").status()).isEqualTo(404);
    await().until(() -> mesh.telemetry.lines().size() == 5);
    assertThat(mesh.telemetry.lines().stream().map(line -> line.status() + " " + line.flags()))
        .containsExactly("200 -", "308 -", "418 -", "503 NC", "404 NR");
    assertThat(mesh.telemetry.lines().getFirst().route()).isEqualTo("api");
  }

  @Test
  void grpcGetsItsStatusInTheHead() {
    mesh.apply(config(routes(route(exact("/x"), RouteAction.Forward.to("missing")))));
    Map<String, String> grpc = Map.of("content-type", "application/grpc");
    Client.Reply unknown = mesh.h2.call(mesh.port(), HttpMethod.POST, "/a.B/C", grpc, "");
    assertThat(unknown.status()).isEqualTo(200);
    assertThat(unknown.header("grpc-status")).isEqualTo("12");
    Client.Reply gone = mesh.h2.call(mesh.port(), HttpMethod.POST, "/x", grpc, "");
    assertThat(gone.header("grpc-status")).isEqualTo("14");
  }

  @Test
  void whatIsSentToNowhereDoesNotBlockTheConnection() {
    Backend one = Backend.named(mesh.outside, "one");
    mesh.apply(
        config(
            routes(route(exact("/one"), RouteAction.Forward.to("one"))),
            cluster("one", UpstreamProtocol.HTTP2, one.port())));
    String large = "x".repeat(3_000_000);
    for (Client client : List.of(mesh.h1, mesh.h2)) {
      for (int i = 0; i < 3; i++) {
        Future<Client.Reply> lost =
            client.start(mesh.port(), HttpMethod.POST, "/nowhere", Map.of(), large);
        await().until(lost::isComplete);
        // The client may still be sending when its stream is cut.
        assertThat(lost.failed() || lost.result().status() == 404).isTrue();
        assertThat(client.post(mesh.port(), "/nowhere", "small").status()).isEqualTo(404);
        assertThat(client.post(mesh.port(), "/one", large).body()).isEqualTo("one");
      }
    }
  }
}
