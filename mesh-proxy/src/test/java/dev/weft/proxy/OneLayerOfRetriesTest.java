package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RefusingPort;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.RouteConfig;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What proxies of a chain tell each other of retries, in tables as users write them. */
class OneLayerOfRetriesTest {
  private static final String PREVIOUS_HOSTS =
      "retry_host_predicate: [{name: previous, typed_config: {'@type': 'type.googleapis.com/"
          + "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate'}}]";
  private static final Map<String, String> GRPC =
      Map.of("content-type", "application/grpc", "te", "trailers");

  private final Mesh mesh = new Mesh();
  private final Queue<HttpServerRequest> arrived = new ConcurrentLinkedQueue<>();

  @AfterEach
  void close() {
    mesh.close();
  }

  private static RouteConfig routes(String retryPolicy) {
    return table(
        "virtual_hosts: [{name: v, domains: ['*'], metadata: {filter_metadata: {weft.retries:"
            + " {one_layer: true}}}, routes: [{match: {prefix: /}, route: {cluster: c,"
            + " retry_policy: {retry_back_off: {base_interval: 0.001s}, "
            + retryPolicy
            + "}}}]}]");
  }

  private void apply(String retryPolicy, Handler<HttpServerRequest> handler) {
    Backend backend =
        Backend.start(
            mesh.outside,
            request -> {
              arrived.add(request);
              handler.handle(request);
            });
    mesh.apply(config(routes(retryPolicy), cluster("c", UpstreamProtocol.HTTP2, backend.port())));
  }

  private List<String> seen(String header) {
    return arrived.stream().map(request -> String.valueOf(request.getHeader(header))).toList();
  }

  private static Handler<HttpServerRequest> status(int status) {
    return request -> request.response().setStatusCode(status).end();
  }

  @Test
  void aRetrySaysThatItIsOne() {
    apply("retry_on: 5xx, num_retries: 2", status(503));

    Client.Reply reply = mesh.h1.get(mesh.port(), "/");

    assertThat(reply.status()).isEqualTo(503);
    assertThat(seen("x-weft-previous-attempts")).containsExactly("null", "1", "2");
    assertThat(reply.header("x-weft-no-retry")).isEqualTo("true");
  }

  @Test
  void aRetryOfSomebodyElseHasOneTry() {
    apply("retry_on: 5xx, num_retries: 2", status(503));

    Client.Reply reply = mesh.h1.get(mesh.port(), "/", Map.of("x-weft-previous-attempts", "1"));

    assertThat(seen("x-weft-previous-attempts")).containsExactly("1");
    assertThat(reply.header("x-weft-no-retry")).isEqualTo("true");
  }

  /** An endpoint that was never reached repeats nothing. */
  @Test
  void aRetryOfSomebodyElseIsBroughtElsewhereAllTheSame() throws IOException {
    Backend good =
        Backend.start(
            mesh.outside,
            request -> {
              arrived.add(request);
              request.response().end();
            });
    try (RefusingPort dead = new RefusingPort()) {
      mesh.apply(
          config(
              routes("retry_on: connect-failure, num_retries: 3, " + PREVIOUS_HOSTS),
              cluster("c", UpstreamProtocol.HTTP1, dead.number(), good.port())));

      for (int i = 0; i < 4; i++) {
        Map<String, String> retry = Map.of("x-weft-previous-attempts", "1");
        assertThat(mesh.h1.get(mesh.port(), "/", retry).status()).isEqualTo(200);
      }
    }
    assertThat(seen("x-weft-previous-attempts")).containsOnly("1");
  }

  @Test
  void whatSomebodyNearerHasGivenUpIsNotTriedAgain() {
    apply(
        "retry_on: 5xx, num_retries: 2",
        request ->
            request.response().putHeader("x-weft-no-retry", "true").setStatusCode(503).end());

    Client.Reply reply = mesh.h1.get(mesh.port(), "/");

    assertThat(arrived).hasSize(1);
    assertThat(reply.header("x-weft-no-retry")).isEqualTo("true");
  }

  @Test
  void whatNoPolicyIsForIsLeftToOthers() {
    apply("retry_on: gateway-error, num_retries: 2", status(500));

    Client.Reply reply = mesh.h1.get(mesh.port(), "/");

    assertThat(arrived).hasSize(1);
    assertThat(reply.header("x-weft-no-retry")).isNull();
  }

  @Test
  void aFailureWithoutAnAnswerSaysItToo() {
    apply("retry_on: reset, num_retries: 1", request -> request.response().reset());

    Client.Reply reply = mesh.h1.get(mesh.port(), "/");

    assertThat(arrived).hasSize(2);
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.header("x-weft-no-retry")).isEqualTo("true");
  }

  @Test
  void aGoodAnswerSaysNothing() {
    apply("retry_on: 5xx, num_retries: 2", status(200));

    assertThat(mesh.h1.get(mesh.port(), "/").header("x-weft-no-retry")).isNull();
    assertThat(seen("x-weft-previous-attempts")).containsExactly("null");
  }

  /** As gRPC's own libraries do (gRFC A6). */
  @Test
  void callsSayItInTheWordsOfGrpc() {
    apply(
        "retry_on: unavailable, num_retries: 2",
        request ->
            request
                .response()
                .putHeader("content-type", "application/grpc")
                .putHeader("grpc-status", "14")
                .end());

    Client.Reply reply = mesh.h2.call(mesh.port(), HttpMethod.POST, "/s/M", GRPC, "");

    assertThat(seen("grpc-previous-rpc-attempts")).containsExactly("null", "1", "2");
    assertThat(reply.header("grpc-retry-pushback-ms")).isEqualTo("-1");
    assertThat(reply.header("x-weft-no-retry")).isNull();
  }

  @Test
  void aServerOfGrpcThatRefusesIsNotAskedAgain() {
    apply(
        "retry_on: unavailable, num_retries: 2",
        request ->
            request
                .response()
                .putHeader("content-type", "application/grpc")
                .putHeader("grpc-status", "14")
                .putHeader("grpc-retry-pushback-ms", "-1")
                .end());

    mesh.h2.call(mesh.port(), HttpMethod.POST, "/s/M", GRPC, "");

    assertThat(arrived).hasSize(1);
  }

  /** A client from outside is neither believed nor told. */
  @Test
  void atTheEdgeNothingComesInOrGoesOut() {
    Backend failing =
        Backend.start(
            mesh.outside,
            request -> {
              arrived.add(request);
              request.response().setStatusCode(503).end();
            });
    var manager =
        HttpConnectionManagerBuilder.builder(Configs.manager("in", "routes"))
            .useRemoteAddress(true)
            .build();
    mesh.apply(
        config(
            List.of(
                Configs.listener(
                    "in", List.of(), Configs.chain("", ChainMatch.ANY, null, manager))),
            routes("retry_on: 5xx, num_retries: 1"),
            cluster("c", UpstreamProtocol.HTTP1, failing.port())));

    Client.Reply reply = mesh.h1.get(mesh.port(), "/", Map.of("x-weft-previous-attempts", "7"));

    assertThat(seen("x-weft-previous-attempts")).containsExactly("null", "1");
    assertThat(reply.header("x-weft-no-retry")).isNull();
  }
}
