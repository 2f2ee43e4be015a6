package dev.weft.proxy.tcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.TcpProxy;
import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ConnectPauseTest {
  /** Each bound is twice the one before, up to the last; pauses come near all of it. */
  @Test
  void pausesGrowToTheirBound() {
    TcpProxy.Backoff backoff = new TcpProxy.Backoff(Duration.ofMillis(100), Duration.ofMillis(700));
    long[] bounds = {100, 200, 400, 700, 700};
    for (int failures = 1; failures <= bounds.length; failures++) {
      long longest = 0;
      for (long seed = 0; seed < 2_000; seed++) {
        long pause = ConnectPause.millis(backoff, failures, new SplittableRandom(seed));
        assertThat(pause).isBetween(0L, bounds[failures - 1] - 1);
        longest = Math.max(longest, pause);
      }
      assertThat(longest).isGreaterThan(bounds[failures - 1] * 9 / 10);
    }
  }

  @Test
  void noBoundIsTooGreat() {
    for (long seed = 0; seed < 10_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long base = random.nextLong(1, 1L << random.nextInt(1, 40));
      long max = base + random.nextLong(1L << random.nextInt(1, 40));
      TcpProxy.Backoff backoff =
          new TcpProxy.Backoff(Duration.ofMillis(base), Duration.ofMillis(max));
      long pause = ConnectPause.millis(backoff, random.nextInt(1, 1_000_000), random);
      assertThat(pause).as("seed %d", seed).isBetween(0L, max);
    }
  }
}
