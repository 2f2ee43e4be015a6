package dev.weft.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.RetryPolicyBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Which outcomes are worth another try, as Envoy decides it. */
class RetryPlanTest {
  private static RetryPlan on(RetryOn... conditions) {
    return RetryPlan.compile(
        new RetryPolicy(
            Set.of(conditions),
            List.of(418),
            List.of("GET"),
            3,
            Duration.ZERO,
            Duration.ofMillis(25),
            Duration.ofMillis(250),
            false));
  }

  private static boolean answered(RetryPlan plan, int status) {
    return plan.worthAnother(status, new DefaultHttp2Headers());
  }

  @Test
  void byStatus() {
    assertThat(answered(on(RetryOn.GATEWAY_ERROR), 503)).isTrue();
    assertThat(answered(on(RetryOn.GATEWAY_ERROR), 500)).isFalse();
    assertThat(answered(on(RetryOn.FIVE_XX), 500)).isTrue();
    assertThat(answered(on(RetryOn.RETRIABLE_4XX), 409)).isTrue();
    assertThat(answered(on(RetryOn.RETRIABLE_4XX), 404)).isFalse();
    assertThat(answered(on(RetryOn.RETRIABLE_STATUS_CODES), 418)).isTrue();
    assertThat(answered(on(RetryOn.RETRIABLE_STATUS_CODES), 503)).isFalse();
    assertThat(answered(RetryPlan.NONE, 503)).isFalse();
  }

  @Test
  void byGrpcStatusInTheHead() {
    Http2Headers unavailable = new DefaultHttp2Headers().set("grpc-status", "14");
    assertThat(on(RetryOn.GRPC_UNAVAILABLE).worthAnother(200, unavailable)).isTrue();
    assertThat(on(RetryOn.GRPC_INTERNAL).worthAnother(200, unavailable)).isFalse();
  }

  @Test
  void byFailure() {
    RetryPlan connect = on(RetryOn.CONNECT_FAILURE);
    assertThat(connect.worthAnother(Kind.CONNECT_FAILURE, false)).isTrue();
    assertThat(connect.worthAnother(Kind.UPSTREAM_CLOSED, true)).isFalse();
    RetryPlan before = on(RetryOn.RESET_BEFORE_REQUEST);
    assertThat(before.worthAnother(Kind.CONNECT_FAILURE, false)).isTrue();
    assertThat(before.worthAnother(Kind.UPSTREAM_CLOSED, true)).isFalse();
    assertThat(on(RetryOn.RESET).worthAnother(Kind.UPSTREAM_CLOSED, true)).isTrue();
    assertThat(on(RetryOn.REFUSED_STREAM).worthAnother(Kind.REFUSED_STREAM, true)).isTrue();
    assertThat(on(RetryOn.REFUSED_STREAM).worthAnother(Kind.UPSTREAM_RESET, true)).isFalse();
    assertThat(on(RetryOn.FIVE_XX).worthAnother(Kind.PER_TRY_TIMEOUT, true)).isTrue();
    assertThat(on(RetryOn.FIVE_XX).worthAnother(Kind.OVERFLOW, false)).isFalse();
  }

  @Test
  void onlyTheMethodsNamed() {
    assertThat(on(RetryOn.RESET).isFor(new DefaultHttp2Headers().method("GET"))).isTrue();
    assertThat(on(RetryOn.RESET).isFor(new DefaultHttp2Headers().method("POST"))).isFalse();
  }

  private static RetryPlan rateLimited() {
    return RetryPlan.compile(
        RetryPolicyBuilder.builder(
                new RetryPolicy(
                    Set.of(RetryOn.RETRIABLE_HEADERS, RetryOn.HTTP3_POST_CONNECT_FAILURE),
                    List.of(),
                    List.of(),
                    3,
                    Duration.ZERO,
                    Duration.ofMillis(25),
                    Duration.ofMillis(250),
                    false))
            .retriableHeaders(List.of(HeaderMatch.exact("x-again", "yes")))
            .rateLimited(
                new RetryPolicy.RateLimitedBackoff(
                    List.of(
                        new RetryPolicy.ResetHeader("retry-after", false),
                        new RetryPolicy.ResetHeader("x-reset", true)),
                    Duration.ofSeconds(10)))
            .build());
  }

  @Test
  void byHeadersOfTheAnswer() {
    assertThat(rateLimited().worthAnother(200, new DefaultHttp2Headers().set("x-again", "yes")))
        .isTrue();
    assertThat(rateLimited().worthAnother(503, new DefaultHttp2Headers().set("x-again", "no")))
        .isFalse();
    assertThat(rateLimited().worthAnother(Kind.CONNECT_FAILURE, false)).isFalse();
  }

  @Test
  void theAnswerSaysWhenToComeBack() {
    long second = Duration.ofSeconds(1).toNanos();
    SplittableRandom random = new SplittableRandom(7);
    long now = 1_000_000_000_000L;
    Http2Headers after = new DefaultHttp2Headers().set("retry-after", "2");
    for (int i = 0; i < 1000; i++) {
      assertThat(rateLimited().resetNanos(after, now, random)).isBetween(2 * second, 3 * second);
    }
    Http2Headers moment =
        new DefaultHttp2Headers().set("retry-after", "11").set("x-reset", "1000000004");
    assertThat(rateLimited().resetNanos(moment, now, random)).isBetween(4 * second, 6 * second);
    for (String nothing : List.of("", "0", "-1", "soon", "11", "99999999999999999999")) {
      Http2Headers answer = new DefaultHttp2Headers().set("retry-after", nothing);
      assertThat(rateLimited().resetNanos(answer, now, random)).as(nothing).isZero();
    }
  }

  @Test
  void backoffGrowsIsRandomAndBounded() {
    SplittableRandom random = new SplittableRandom(3);
    RetryPlan plan = on(RetryOn.RESET);
    long ms = Duration.ofMillis(1).toNanos();
    long[] most = new long[6];
    for (int i = 0; i < 10_000; i++) {
      for (int retry = 1; retry < 6; retry++) {
        long pause = plan.backoffNanos(retry, random);
        assertThat(pause).isNotNegative();
        most[retry] = Math.max(most[retry], pause);
      }
    }
    assertThat(most[1]).isBetween(24 * ms, 25 * ms);
    assertThat(most[2]).isBetween(72 * ms, 75 * ms);
    assertThat(most[3]).isBetween(170 * ms, 175 * ms);
    assertThat(most[5]).isBetween(245 * ms, 250 * ms);
    assertThat(plan.backoffNanos(1_000_000, random)).isLessThan(250 * ms);
  }
}
