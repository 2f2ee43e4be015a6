package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.forward;
import static dev.weft.proxy.testkit.Configs.retry;
import static dev.weft.proxy.testkit.Configs.route;
import static dev.weft.proxy.testkit.Configs.routes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RecordingTelemetry.Line;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteMatch;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.StreamResetException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens when endpoints refuse, fail, hang or vanish. */
class ResilienceTest {
  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private static int closedPort() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Line lastLine() {
    await().until(() -> !mesh.telemetry.lines().isEmpty());
    return mesh.telemetry.lines().getLast();
  }

  @Test
  void aRefusedConnectionIsTriedElsewhere() {
    Backend alive = Backend.named(mesh.outside, "alive");
    mesh.apply(
        config(
            all("c", retry(1, RetryOn.CONNECT_FAILURE)),
            cluster("c", UpstreamProtocol.HTTP2, closedPort(), alive.port())));
    for (int i = 0; i < 20; i++) {
      assertThat(mesh.h2.post(mesh.port(), "/", "body " + i).body()).isEqualTo("alive");
    }
    assertThat(mesh.telemetry.calls("cluster/c/retry")).isGreaterThan(0);
    assertThat(mesh.telemetry.calls("cluster/c/requestStarted"))
        .isEqualTo(mesh.telemetry.calls("cluster/c/requestEnded"));
  }

  @Test
  void withoutAPolicyARefusedConnectionIsAnswered() {
    mesh.apply(config(all("c"), cluster("c", UpstreamProtocol.HTTP1, closedPort())));
    assertThat(mesh.h1.get(mesh.port(), "/").status()).isEqualTo(503);
    assertThat(lastLine().flags()).isEqualTo("UF");
  }

  @Test
  void a503IsTriedAgainUntilTheLimit() {
    AtomicInteger count = new AtomicInteger();
    Backend flaky =
        Backend.start(
            mesh.outside,
            request ->
                request
                    .body()
                    .onSuccess(
                        body ->
                            request
                                .response()
                                .setStatusCode(count.incrementAndGet() % 3 == 0 ? 200 : 503)
                                .end(request.getHeader("x-envoy-attempt-count") + body)));
    mesh.apply(
        config(
            all("c", retry(2, RetryOn.GATEWAY_ERROR)),
            cluster("c", UpstreamProtocol.HTTP1, flaky.port())));
    assertThat(mesh.h2.post(mesh.port(), "/", " kept").body()).isEqualTo("3 kept");
    assertThat(lastLine().attempts()).isEqualTo(3);
    mesh.apply(
        config(
            all("c", retry(1, RetryOn.GATEWAY_ERROR)),
            cluster("c", UpstreamProtocol.HTTP1, flaky.port())));
    assertThat(mesh.h2.post(mesh.port(), "/", "x").status()).isEqualTo(503);
    assertThat(lastLine().flags()).isEqualTo("URX");
    assertThat(mesh.telemetry.calls("cluster/c/retryLimitExceeded")).isEqualTo(1);
  }

  @Test
  void aRefusedStreamIsTriedAgainUnasked() {
    AtomicInteger count = new AtomicInteger();
    Backend refusing =
        Backend.start(
            mesh.outside,
            request -> {
              if (count.incrementAndGet() == 1) {
                request.response().reset(0x7);
              } else {
                request.body().onSuccess(body -> request.response().end(body));
              }
            });
    mesh.apply(config(all("c"), cluster("c", UpstreamProtocol.HTTP2, refusing.port())));
    assertThat(mesh.h1.post(mesh.port(), "/", "again").body()).isEqualTo("again");
    assertThat(lastLine().attempts()).isEqualTo(2);
  }

  @Test
  void gRpcUnavailableInTheHeadIsTriedAgain() {
    AtomicInteger count = new AtomicInteger();
    Backend flaky =
        Backend.start(
            mesh.outside,
            request ->
                request
                    .response()
                    .putHeader("content-type", "application/grpc")
                    .putHeader("grpc-status", count.incrementAndGet() == 1 ? "14" : "0")
                    .end());
    mesh.apply(
        config(
            all("c", retry(1, RetryOn.GRPC_UNAVAILABLE)),
            cluster("c", UpstreamProtocol.HTTP2, flaky.port())));
    Client.Reply reply =
        mesh.h2.call(
            mesh.port(), HttpMethod.POST, "/a.B/C", Map.of("content-type", "application/grpc"), "");
    assertThat(reply.header("grpc-status")).isEqualTo("0");
    assertThat(count).hasValue(2);
  }

  @Test
  void aBodyTooLargeToKeepIsSentOnce() {
    AtomicInteger count = new AtomicInteger();
    Backend failing =
        Backend.start(
            mesh.outside,
            request ->
                request
                    .body()
                    .onSuccess(
                        body -> {
                          count.incrementAndGet();
                          request.response().setStatusCode(503).end("" + body.length());
                        }));
    mesh.apply(
        config(
            all("c", retry(3, RetryOn.FIVE_XX)),
            cluster("c", UpstreamProtocol.HTTP2, failing.port())));
    Client.Reply reply = mesh.h1.post(mesh.port(), "/", "x".repeat(1_000_000));
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.body()).isEqualTo("1000000");
    assertThat(count).hasValue(1);
  }

  @Test
  void aRetryBudgetBoundsAStorm() {
    Backend failing = Backend.status(mesh.outside, 503);
    Thresholds budget = new Thresholds(1024, 1024, 1024, 3, new Cluster.RetryBudget(0, 0));
    mesh.apply(
        config(
            all("c", retry(3, RetryOn.FIVE_XX)),
            new ClusterConfig(
                cluster("c", UpstreamProtocol.HTTP1, null, budget, null),
                endpoints("c", failing.port()))));
    Client.Reply reply = mesh.h1.get(mesh.port(), "/");
    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.header("x-envoy-overloaded")).isNull();
    assertThat(lastLine().flags()).isEqualTo("UO");
    assertThat(failing.requests()).isEqualTo(1);
  }

  @Test
  void theRouteTimeoutAnswers504AndGrpcUnavailable() {
    Backend hanging = Backend.start(mesh.outside, request -> {});
    mesh.apply(
        config(
            routes(route(RouteMatch.prefix("/"), forward("c", Duration.ofMillis(50), null))),
            cluster("c", UpstreamProtocol.HTTP2, hanging.port())));
    Client.Reply reply = mesh.h1.get(mesh.port(), "/");
    assertThat(reply.status()).isEqualTo(504);
    assertThat(reply.body()).isEqualTo("upstream request timeout");
    assertThat(lastLine().flags()).isEqualTo("UT");
    Client.Reply grpc =
        mesh.h2.call(
            mesh.port(), HttpMethod.POST, "/", Map.of("content-type", "application/grpc"), "");
    assertThat(grpc.header("grpc-status")).isEqualTo("14");
  }

  @Test
  void aTryThatTakesTooLongIsRepeated() {
    AtomicInteger count = new AtomicInteger();
    Backend slowOnce =
        Backend.start(
            mesh.outside,
            request -> {
              if (count.incrementAndGet() > 1) {
                request.response().end("second");
              }
            });
    RetryPolicy policy =
        new RetryPolicy(
            Set.of(RetryOn.FIVE_XX),
            List.of(),
            List.of(),
            1,
            Duration.ofMillis(100),
            Duration.ofMillis(1),
            Duration.ofMillis(2),
            false);
    mesh.apply(config(all("c", policy), cluster("c", UpstreamProtocol.HTTP1, slowOnce.port())));
    assertThat(mesh.h1.get(mesh.port(), "/").body()).isEqualTo("second");
    assertThat(mesh.telemetry.calls("cluster/c/perTryTimeout")).isEqualTo(1);
  }

  /** Envoy does so, too: beside it a scenario can say only that both tell something. */
  @Test
  void anotherTryIsToldWhatIsLeftOfTheTime() {
    Queue<Integer> told = new ConcurrentLinkedQueue<>();
    Backend slow =
        Backend.start(
            mesh.outside,
            request -> {
              told.add(Integer.parseInt(request.getHeader("x-envoy-expected-rq-timeout-ms")));
              mesh.outside.setTimer(20, id -> request.response().setStatusCode(503).end());
            });
    mesh.apply(
        config(
            all("c", retry(2, RetryOn.FIVE_XX)),
            cluster("c", UpstreamProtocol.HTTP1, slow.port())));
    assertThat(mesh.h1.get(mesh.port(), "/").status()).isEqualTo(503);
    assertThat(told).hasSize(3);
    int first = told.remove();
    assertThat(told.remove()).isBetween(1, first - 19);
    assertThat(told.remove()).isBetween(1, first - 38);
  }

  @Test
  void aDeadlineOfGrpcEndsTheStream() {
    Backend hanging = Backend.start(mesh.outside, request -> {});
    RouteAction.Forward deadline =
        new RouteAction.Forward(
            new ClusterTarget.Single("c"),
            Duration.ZERO,
            null,
            null,
            Duration.ZERO,
            null,
            null,
            Priority.DEFAULT);
    mesh.apply(
        config(
            routes(route(RouteMatch.prefix("/"), deadline)),
            cluster("c", UpstreamProtocol.HTTP2, hanging.port())));
    Client.Reply grpc =
        mesh.h2.call(
            mesh.port(),
            HttpMethod.POST,
            "/",
            Map.of("content-type", "application/grpc", "grpc-timeout", "50m"),
            "");
    assertThat(grpc.header("grpc-status")).isEqualTo("4");
    assertThat(mesh.telemetry.calls("http/in/maxDurationReached")).isEqualTo(1);
  }

  @Test
  void tooManyRequestsAreTurnedAway() {
    ConcurrentLinkedQueue<HttpServerRequest> waiting = new ConcurrentLinkedQueue<>();
    Backend slow = Backend.start(mesh.outside, waiting::add);
    Thresholds two = new Thresholds(1024, 1024, 2, 3, null);
    mesh.apply(
        config(
            all("c"),
            new ClusterConfig(
                cluster("c", UpstreamProtocol.HTTP2, null, two, null),
                endpoints("c", slow.port()))));
    List<Future<Client.Reply>> held = new ArrayList<>();
    held.add(mesh.h2.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null));
    held.add(mesh.h2.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null));
    await().until(() -> waiting.size() == 2);
    Client.Reply third = mesh.h2.get(mesh.port(), "/");
    assertThat(third.status()).isEqualTo(503);
    assertThat(third.header("x-envoy-overloaded")).isEqualTo("true");
    assertThat(lastLine().flags()).isEqualTo("UO");
    waiting.forEach(request -> request.response().end("ok"));
    held.forEach(reply -> assertThat(Client.await(reply).body()).isEqualTo("ok"));
    await().until(() -> mesh.telemetry.lines().size() == 3);
    // Its permits came back.
    Future<Client.Reply> fourth = mesh.h2.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null);
    await().until(() -> waiting.size() == 3);
    waiting.forEach(
        request -> {
          if (!request.response().ended()) {
            request.response().end();
          }
        });
    assertThat(Client.await(fourth).status()).isEqualTo(200);
  }

  @Test
  void anEndpointThatFailsIsEjectedAndComesBack() {
    Backend good = Backend.named(mesh.outside, "good");
    AtomicInteger status = new AtomicInteger(500);
    Backend bad =
        Backend.start(
            mesh.outside, request -> request.response().setStatusCode(status.get()).end());
    OutlierDetection detection =
        OutlierDetection.consecutive5xx(
            3,
            Duration.ofMillis(50),
            new OutlierDetection.Ejection(
                Duration.ofMillis(300), Duration.ofSeconds(10), Duration.ZERO, 50, false));
    mesh.apply(
        config(
            all("c"),
            new ClusterConfig(
                cluster("c", UpstreamProtocol.HTTP1, null, Thresholds.DEFAULTS, detection),
                endpoints("c", good.port(), bad.port()))));
    await()
        .until(
            () -> {
              mesh.h1.get(mesh.port(), "/");
              return mesh.telemetry.calls("cluster/c/ejected") == 1;
            });
    assertThat(bad.requests()).isEqualTo(3);
    status.set(200);
    await()
        .until(
            () -> {
              mesh.h1.get(mesh.port(), "/");
              return bad.requests() > 3;
            });
  }

  @Test
  void aClientThatGoesAwayTakesItsRequestAlong() {
    ConcurrentLinkedQueue<HttpServerRequest> waiting = new ConcurrentLinkedQueue<>();
    ConcurrentLinkedQueue<Throwable> ends = new ConcurrentLinkedQueue<>();
    Backend slow =
        Backend.start(
            mesh.outside,
            request -> {
              request.exceptionHandler(ends::add);
              request.response().exceptionHandler(ends::add);
              waiting.add(request);
            });
    mesh.apply(config(all("c"), cluster("c", UpstreamProtocol.HTTP2, slow.port())));
    var request = Client.await(mesh.h2.request(mesh.port(), HttpMethod.GET, "/"));
    request.response();
    Client.await(request.end());
    await().until(() -> waiting.size() == 1);
    request.reset(0x8);
    await().until(() -> !ends.isEmpty());
    assertThat(ends.peek()).isInstanceOf(StreamResetException.class);
    assertThat(lastLine().flags()).isEqualTo("DR");
    assertThat(lastLine().status()).isZero();
  }

  @Test
  void anAnswerThatBreaksOffIsNotEndedCleanly() {
    Backend breaking =
        Backend.start(
            mesh.outside,
            request ->
                request
                    .response()
                    .putHeader("content-length", "100")
                    .write("half")
                    .onSuccess(written -> request.connection().close()));
    mesh.apply(config(all("c"), cluster("c", UpstreamProtocol.HTTP1, breaking.port())));
    Future<Client.Reply> reply = mesh.h2.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null);
    await().until(reply::isComplete);
    assertThat(reply.failed()).isTrue();
    assertThat(lastLine().flags()).isEqualTo("UPE");
    assertThat(lastLine().status()).isEqualTo(200);
  }
}
