package dev.weft.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTimeoutTest {
  @Test
  void everyUnit() {
    assertThat(GrpcTimeout.parse("5n")).isEqualTo(5);
    assertThat(GrpcTimeout.parse("5u")).isEqualTo(5_000);
    assertThat(GrpcTimeout.parse("5m")).isEqualTo(5_000_000);
    assertThat(GrpcTimeout.parse("5S")).isEqualTo(5_000_000_000L);
    assertThat(GrpcTimeout.parse("5M")).isEqualTo(300_000_000_000L);
    assertThat(GrpcTimeout.parse("99999999H")).isEqualTo(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "m", "-5m", "5x", "123456789m", "5 m"})
  void nonsenseIsNoTimeout(String text) {
    assertThat(GrpcTimeout.parse(text)).isEqualTo(-1);
  }

  @Test
  void neverGrowsOnTheWay() {
    SplittableRandom random = new SplittableRandom(11);
    for (int i = 0; i < 10_000; i++) {
      long nanos = random.nextLong(1L << random.nextInt(1, 56));
      String text = GrpcTimeout.format(nanos);
      assertThat(GrpcTimeout.parse(text)).as(text).isBetween(nanos - nanos / 90_000 - 1, nanos);
    }
  }
}
