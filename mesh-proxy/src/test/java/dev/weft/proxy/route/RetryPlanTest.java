package dev.weft.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
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
    assertThat(on(RetryOn.RESET).isFor("GET")).isTrue();
    assertThat(on(RetryOn.RESET).isFor("POST")).isFalse();
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
