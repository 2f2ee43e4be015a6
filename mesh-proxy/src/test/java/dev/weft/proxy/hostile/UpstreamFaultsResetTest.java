package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.RecordingTelemetry.Line;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** H81, H82: answers that break off, or come a byte at a time, never look whole. */
class UpstreamFaultsResetTest {
  private static final Duration ROUTE = Duration.ofMillis(1200);
  private static final Duration IDLE = Duration.ofMillis(600);
  private static final long CANCEL = 8;
  private static final long REFUSED_STREAM = 7;

  @RegisterExtension
  static final PairMesh pairs =
      new PairMesh(UpstreamFaultsResetTest::impatient, UpstreamFaultsResetTest::routes);

  private static HttpConnectionManager impatient(HttpConnectionManager manager) {
    return HttpConnectionManagerBuilder.builder(manager).streamIdleTimeout(IDLE).build();
  }

  /** What is below {@code /again} is tried again after a reset. */
  private static RouteConfig routes(RouteConfig all) {
    var forward = (RouteAction.Forward) all.virtualHosts().getFirst().routes().getFirst().action();
    String cluster = ((ClusterTarget.Single) forward.target()).cluster();
    RetryPolicy again = Configs.retry(1, RetryOn.RESET);
    return Configs.routes(
        Configs.route(RouteMatch.prefix("/again"), Configs.forward(cluster, ROUTE, again)),
        Configs.route(RouteMatch.prefix("/"), Configs.forward(cluster, ROUTE, null)));
  }

  private static Client.Reply post(Pair pair, String path) {
    return pairs.client(pair).post(pairs.port(pair), path, "body");
  }

  /** Resets the first request and answers those after it. */
  private static Consumer<Arrival> resetFirst(RecordingUpstream upstream, long code) {
    return arrival -> {
      if (upstream.arrivals().size() == 1) {
        arrival.reset(code);
      } else {
        arrival.answer(200, "second");
      }
    };
  }

  @ParameterizedTest(name = "H81 {0}")
  @EnumSource
  void h81WhatMayHaveBeenProcessedIsNotSentTwice(Pair pair) {
    RecordingUpstream upstream = pairs.upstream(pair);
    // On a connection that has served before, too: what is lost there may have been stale.
    pairs.assertServes(pair);
    upstream.forget();
    upstream.onEnd(resetFirst(upstream, CANCEL));

    assertThat(post(pair, "/once").status()).isEqualTo(503);
    assertThat(upstream.paths()).containsExactly("/once");
  }

  @ParameterizedTest(name = "H81 {0}")
  @EnumSource
  void h81APolicyMaySayOtherwise(Pair pair) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onEnd(resetFirst(upstream, CANCEL));

    assertThat(post(pair, "/again").body()).isEqualTo("second");
    assertThat(upstream.paths()).containsExactly("/again", "/again");
    assertThat(upstream.arrivals()).allMatch(arrival -> arrival.body().equals("body"));
  }

  @ParameterizedTest(name = "H81 {0}")
  @MethodSource("dev.weft.proxy.hostile.Pair#toHttp2")
  void h81ARefusedStreamIsSafeToSendAgain(Pair pair) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onEnd(resetFirst(upstream, REFUSED_STREAM));

    assertThat(post(pair, "/once").body()).isEqualTo("second");
    assertThat(upstream.paths()).containsExactly("/once", "/once");
  }

  static Stream<Arguments> framings() {
    return Pair.times(
        Pair.all(),
        List.of(
            new Pair.Row("H81 with its length", (Object) new String[] {"content-length", "100"}),
            new Pair.Row("H81 without", (Object) new String[0])));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("framings")
  void anAnswerThatBreaksOffIsNeverEndedCleanly(String name, Pair pair, String[] head) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onEnd(
        arrival -> {
          arrival.head(200, head);
          arrival.data("half", false);
        });
    HttpClientRequest request =
        Client.await(pairs.client(pair).request(pairs.port(pair), HttpMethod.GET, "/again"));
    // The caller has the head before the answer breaks off: nothing may be tried again then.
    HttpClientResponse response = Client.await(request.send());
    Future<Buffer> body = response.body();
    upstream.arrival("/again").reset(CANCEL);

    await("the end of the call").until(body::isComplete);
    assertThat(body.failed()).isTrue();
    assertThat(upstream.paths()).containsExactly("/again");
  }

  /** Every pair at once: what they wait for is time. */
  private static Map<Pair, Future<Client.Reply>> getAll(String path) {
    Map<Pair, Future<Client.Reply>> replies = new EnumMap<>(Pair.class);
    for (Pair pair : Pair.values()) {
      replies.put(
          pair, pairs.client(pair).start(pairs.port(pair), HttpMethod.GET, path, Map.of(), null));
    }
    await("the ends of all calls")
        .until(() -> replies.values().stream().allMatch(Future::isComplete));
    return replies;
  }

  private static void onEnd(Consumer<Arrival> action) {
    for (Pair pair : Pair.values()) {
      pairs.upstream(pair).onEnd(action);
    }
  }

  private static void assertCut(Map<Pair, Future<Client.Reply>> replies, String path, String flag) {
    assertThat(replies).allSatisfy((pair, reply) -> assertThat(reply.failed()).isTrue());
    await("all lines").until(() -> pairs.mesh.telemetry.lines().size() == Pair.values().length);
    assertThat(pairs.mesh.telemetry.lines()).extracting(Line::flags).containsOnly(flag);
    for (Pair pair : Pair.values()) {
      Arrival arrived = pairs.upstream(pair).arrival(path);
      await("the end upstream of " + pair).until(() -> arrived.cut() != null);
    }
  }

  @Test
  @Through
  void h82ADripIsCutByTheTimeOfTheRoute() {
    onEnd(
        arrival -> {
          arrival.head(200);
          pairs.mesh.outside.setPeriodic(
              25,
              timer -> {
                arrival.data("d", false);
                if (arrival.cut() != null) {
                  pairs.mesh.outside.cancelTimer(timer);
                }
              });
        });
    assertCut(getAll("/drip"), "/drip", "UT");
  }

  @Test
  @Through
  void h82ADripThatStopsIsCutByTheIdleTime() {
    onEnd(
        arrival -> {
          arrival.head(200);
          arrival.data("d", false);
        });
    assertCut(getAll("/stalled"), "/stalled", "SI");
  }

  @Test
  @Through
  void h82SilenceIsAnsweredAfterTheIdleTime() {
    onEnd(arrival -> {});
    Map<Pair, Future<Client.Reply>> replies = getAll("/silent");

    assertThat(replies)
        .allSatisfy((pair, reply) -> assertThat(reply.result().status()).isEqualTo(504));
    assertThat(pairs.mesh.telemetry.lines()).extracting(Line::flags).containsOnly("SI");
  }
}
