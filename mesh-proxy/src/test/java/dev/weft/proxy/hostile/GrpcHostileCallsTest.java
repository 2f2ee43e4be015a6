package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.Future;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** H50 to H53: calls that are given up, half-closed, out of time, or say so wrongly. */
class GrpcHostileCallsTest {
  private static final String[] STATUS_UNKNOWN = {
    "content-type", "application/grpc", "grpc-status", "2"
  };
  private static final Map<String, String> GRPC = Map.of("content-type", "application/grpc");

  /** Shorter than the streams that must outlive it. */
  private static final Duration SHORT = Duration.ofMillis(500);

  @RegisterExtension
  static final PairMesh pairs =
      new PairMesh(UnaryOperator.identity(), GrpcHostileCallsTest::deadlines);

  @BeforeAll
  static void allowRetries() {
    pairs.change(GrpcHostileCallsTest::deadlines, GrpcHostileCallsTest::manyRetries);
  }

  private static Cluster manyRetries(Cluster cluster) {
    return with(cluster, Duration.ofHours(1));
  }

  private static Cluster with(Cluster cluster, Duration idle) {
    return new Cluster(
        cluster.name(),
        cluster.discovery(),
        cluster.lbPolicy(),
        cluster.connectTimeout(),
        cluster.protocol(),
        cluster.tls(),
        Map.of(Priority.DEFAULT, new Cluster.Thresholds(1024, 1024, 1024, 1024, null)),
        null,
        0,
        idle,
        50);
  }

  private static HttpConnectionManager hurried(HttpConnectionManager manager) {
    return HttpConnectionManagerBuilder.builder(manager)
        .requestTimeout(SHORT)
        .idleTimeout(SHORT)
        .build();
  }

  /** No time of the route's own, the caller's deadline, and retries of what is unavailable. */
  private static RouteConfig deadlines(RouteConfig all) {
    var forward = (RouteAction.Forward) all.virtualHosts().getFirst().routes().getFirst().action();
    return Configs.routes(
        Configs.route(
            RouteMatch.prefix("/"),
            new RouteAction.Forward(
                new ClusterTarget.Single(((ClusterTarget.Single) forward.target()).cluster()),
                Duration.ZERO,
                null,
                null,
                Duration.ZERO,
                Configs.retry(2, RetryOn.GRPC_UNAVAILABLE),
                null,
                Priority.DEFAULT)));
  }

  private static Client.Reply call(
      Pair pair, String path, Map<String, String> headers, String body) {
    return pairs.client(pair).call(pairs.port(pair), HttpMethod.POST, path, headers, body);
  }

  private static String status(Client.Reply reply) {
    String inHead = reply.header("grpc-status");
    return inHead == null ? reply.trailers().get("grpc-status") : inHead;
  }

  @ParameterizedTest(name = "H50 {0}")
  @EnumSource
  void h50ACallerThatGoesAwayTakesTheCallAlong(Pair pair) {
    RecordingUpstream upstream = pairs.upstream(pair).onEnd(arrival -> {});
    upstream.onHead(
        arrival -> {
          arrival.head(200, "content-type", "application/grpc");
          arrival.data("first", false);
        });
    HttpClientRequest request =
        Client.await(pairs.client(pair).request(pairs.port(pair), HttpMethod.POST, "/a.B/Watch"));
    request.putHeader("content-type", "application/grpc").setChunked(true);
    Client.await(request.sendHead());
    Client.await(request.response());
    if (pair.down2) {
      request.reset(8);
    } else {
      request.connection().close();
    }

    Arrival arrived = upstream.arrival("/a.B/Watch");
    await("the end of the call upstream").until(() -> arrived.cut() != null);
    assertThat(arrived.cut()).isEqualTo(pair.up2 ? "reset 8" : "closed");
    assertThat(arrived.complete()).isFalse();
  }

  @Test
  @Through
  void h51AHalfClosedCallWithALongAnswerStaysOpen() {
    Map<Pair, Future<Client.Reply>> replies = new EnumMap<>(Pair.class);
    try (PairMesh hurried =
        new PairMesh(GrpcHostileCallsTest::hurried, GrpcHostileCallsTest::deadlines).start()) {
      hurried.change(GrpcHostileCallsTest::deadlines, cluster -> with(cluster, SHORT));
      for (Pair pair : Pair.values()) {
        hurried.upstream(pair).onEnd(GrpcHostileCallsTest::answerSlowly);
        Client client = hurried.client(pair);
        replies.put(
            pair,
            client.start(hurried.port(pair), HttpMethod.POST, "/a.B/List", GRPC, "a request"));
      }
      replies.forEach(
          (pair, reply) -> {
            assertThat(Client.await(reply).body()).as(pair.toString()).isEqualTo("m".repeat(10));
            assertThat(Client.await(reply).trailers().get("grpc-status")).isEqualTo("0");
          });
    }
  }

  /** Ten messages over more than twice the time that requests and idle connections have. */
  private static void answerSlowly(Arrival arrival) {
    arrival.head(200, "content-type", "application/grpc");
    AtomicInteger sent = new AtomicInteger();
    pairs.mesh.outside.setPeriodic(
        120,
        timer -> {
          arrival.data("m", false);
          if (sent.incrementAndGet() == 10) {
            pairs.mesh.outside.cancelTimer(timer);
            arrival.trailers("grpc-status", "0");
          }
        });
  }

  @ParameterizedTest(name = "H52 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp2")
  void h52ADeadlineThatMeetsARetryGivesOneStatus(Pair pair) {
    int calls = 100;
    pairs
        .upstream(pair)
        .onEnd(
            arrival ->
                pairs.mesh.outside.setTimer(
                    ThreadLocalRandom.current().nextInt(1, 12),
                    timer -> {
                      arrival.head(200, "content-type", "application/grpc", "grpc-status", "14");
                      arrival.data("", true);
                    }));
    try (RawHttp2 client = pairs.http2(pair)) {
      for (int i = 0; i < calls; i++) {
        client.request(3 + 2 * i, call(pair, (5 + i % 20) + "m"), true);
      }
      await("the ends of all calls").until(() -> ends(client) >= calls);
      // What still runs upstream could only show itself until its time is over.
      pairs.assertServes(pair);
      // The endpoint's own status, of the last try, may come with an empty body.
      assertThat(client.frames.stream().filter(f -> f.contains(" headers ")))
          .hasSize(calls)
          .allMatch(f -> f.contains(" headers 200"));
      assertThat(client.frames.stream().filter(f -> f.matches("\\d+ .*") && f.endsWith(" end")))
          .hasSize(calls);
      assertThat(client.frames).noneMatch(f -> f.contains(" reset "));
    }
  }

  @ParameterizedTest(name = "H52 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp1")
  void h52ADeadlineThatMeetsARetryGivesOneStatusOverHttp1(Pair pair) {
    pairs.upstream(pair).onEnd(GrpcHostileCallsTest::unavailableSoon);
    Client client = pairs.newClient(pair, 8);
    List<Future<Client.Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      Map<String, String> headers =
          Map.of("content-type", "application/grpc", "grpc-timeout", (5 + i % 20) + "m");
      replies.add(client.start(pairs.port(pair), HttpMethod.POST, "/a.B/C", headers, ""));
    }
    for (Future<Client.Reply> reply : replies) {
      assertThat(Client.await(reply).status()).isEqualTo(200);
      assertThat(Client.await(reply).headers().getAll("grpc-status"))
          .singleElement()
          .isIn("4", "14");
      assertThat(Client.await(reply).body()).isEmpty();
    }
    pairs.assertServes(pair);
  }

  /** The deadline comes between a head that has the status and the end of the answer. */
  @ParameterizedTest(name = "H52 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp2")
  void h52AStatusToldBeforeTheDeadlineStands(Pair pair) {
    pairs.upstream(pair).onEnd(arrival -> headWithoutEnd(arrival, 200, STATUS_UNKNOWN));
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, call(pair, "300m"), true);

      await("the end of its time").until(() -> ends(client) > 0);
      assertThat(client.frames).noneMatch(f -> f.contains(" reset "));
      assertThat(client.frames.stream().filter(f -> f.contains(" headers "))).hasSize(1);
      assertThat(client.frames.stream().filter(f -> f.endsWith(" end"))).hasSize(1);
    }
    pairs.assertServes(pair);
  }

  @ParameterizedTest(name = "H52 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp1")
  void h52AStatusToldBeforeTheDeadlineStandsOverHttp1(Pair pair) throws IOException {
    pairs.upstream(pair).onEnd(arrival -> headWithoutEnd(arrival, 200, STATUS_UNKNOWN));
    try (RawClient client = pairs.http1(pair)) {
      client.send(
          "POST /a.B/C HTTP/1.1\r\nhost: a.test\r\ncontent-type: application/grpc\r\n"
              + "grpc-timeout: 300m\r\ncontent-length: 0\r\n\r\n");
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
      await("the end of its time").until(() -> !pairs.mesh.telemetry.lines().isEmpty());

      client.send("GET /healthy HTTP/1.1\r\nhost: a.test\r\n\r\n");
      assertThat(client.readUntil("ok")).contains("HTTP/1.1 200 ");
    }
  }

  /** An error page is a status, too, which the proxy has begun to tell. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp2")
  void anErrorPageThatDoesNotEndIsItsStatus(Pair pair) {
    pairs
        .upstream(pair)
        .onEnd(arrival -> headWithoutEnd(arrival, 403, "content-type", "text/html"));
    try (RawHttp2 client = pairs.http2(pair)) {
      client.request(3, call(pair, "300m"), true);

      await("the end of its time").until(() -> ends(client) > 0);
      assertThat(client.frames).noneMatch(f -> f.contains(" reset "));
      assertThat(client.frames.stream().filter(f -> f.endsWith(" end"))).hasSize(1);
    }
    pairs.assertServes(pair);
  }

  private static Http2Headers call(Pair pair, String timeout) {
    return new DefaultHttp2Headers(false)
        .method("POST")
        .scheme(pair.mtls ? "https" : "http")
        .authority("a.test")
        .path("/a.B/C")
        .add("content-type", "application/grpc")
        .add("grpc-timeout", timeout);
  }

  private static void headWithoutEnd(Arrival arrival, int status, String... headers) {
    if (arrival.path().equals("/a.B/C")) {
      arrival.head(status, headers);
    } else {
      arrival.answer(200, "ok");
    }
  }

  /** Its client takes the answer for whole, and the connection for its own again. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#fromHttp1")
  void anAnswerThatIsWholeByItsLengthKeepsItsConnectionWhenTimeIsOver(Pair pair)
      throws IOException {
    pairs
        .upstream(pair)
        .onEnd(
            arrival ->
                headWithoutEnd(
                    arrival,
                    200,
                    "content-type",
                    "application/grpc",
                    "grpc-status",
                    "2",
                    "content-length",
                    "0"));
    try (RawClient client = pairs.http1(pair)) {
      client.send(
          "POST /a.B/C HTTP/1.1\r\nhost: a.test\r\ncontent-type: application/grpc\r\n"
              + "grpc-timeout: 100m\r\ncontent-length: 0\r\n\r\n");
      // on a slow machine the deadline may come first, and the answer be the proxy's own
      assertThat(client.readUntil("\r\n\r\n")).startsWith("HTTP/1.1 200 ");
      await("the end of its time").until(() -> !pairs.mesh.telemetry.lines().isEmpty());

      client.send("GET /healthy HTTP/1.1\r\nhost: a.test\r\n\r\n");
      assertThat(client.readUntil("ok")).startsWith("HTTP/1.1 200 ");
    }
  }

  private static void unavailableSoon(Arrival arrival) {
    if (arrival.path().equals("/healthy")) {
      arrival.answer(200, "ok");
      return;
    }
    pairs.mesh.outside.setTimer(
        ThreadLocalRandom.current().nextInt(1, 12),
        timer -> {
          arrival.head(
              200, "content-type", "application/grpc", "grpc-status", "14", "content-length", "0");
          arrival.data("", true);
        });
  }

  private static long ends(RawHttp2 client) {
    return client.frames.stream().filter(f -> f.endsWith(" end") || f.contains(" reset ")).count();
  }

  static Stream<Arguments> timeouts() {
    return Pair.times(
        Pair.all(),
        Stream.of(
                "m",
                "1",
                "1x",
                "-1m",
                "+1S",
                "1 S",
                "1m2",
                "0x1S",
                "123456789S",
                "99999999H",
                "99999999S",
                "\u0661S")
            .map(value -> new Pair.Row("H53 " + value, value))
            .toList());
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("timeouts")
  void aDeadlineThatIsNoneIsNoDeadline(String name, Pair pair, String timeout) {
    pairs
        .upstream(pair)
        .onEnd(
            arrival -> {
              arrival.head(200, "content-type", "application/grpc");
              arrival.trailers("grpc-status", "0");
            });
    Client.Reply reply =
        call(
            pair,
            "/a.B/C",
            Map.of(
                "content-type",
                "application/grpc",
                "grpc-timeout",
                new String(timeout.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1)),
            "");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(status(reply)).isEqualTo("0");
  }

  @ParameterizedTest(name = "H53 {0}")
  @EnumSource
  void h53HugeMetadataIsRefused(Pair pair) throws Exception {
    try (Knock knock = new Knock(pairs)) {
      String[] headers = {"content-type", "application/grpc", "x-huge", "x".repeat(70_000)};
      assertThat(knock.get(pair, "/a.B/C", headers)).isEqualTo("431");
      assertThat(pairs.upstream(pair).paths()).isEmpty();
    }
  }

  @ParameterizedTest(name = "H53 {0}")
  @EnumSource
  void h53HugeMetadataOfAnAnswerIsAnError(Pair pair) {
    pairs
        .upstream(pair)
        .onEnd(
            arrival -> {
              arrival.head(200, "content-type", "application/grpc", "x-huge", "x".repeat(70_000));
              arrival.trailers("grpc-status", "0");
            });
    Client.Reply reply = call(pair, "/a.B/C", GRPC, "");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(status(reply)).isEqualTo("14");
    pairs.upstream(pair).forget();
    pairs.assertServes(pair);
  }
}
