package dev.weft.xds.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static Backoff backoff(int servers, long seed) {
    return new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30), servers, new Random(seed));
  }

  @Test
  void theBoundDoublesAfterEveryServerHasFailed() {
    for (long seed = 0; seed < 1000; seed++) {
      Backoff backoff = backoff(2, seed);
      long bound = 500;
      for (int round = 0; round < 50; round++) {
        for (int server = 0; server < 2; server++) {
          assertThat(backoff.next().toMillis()).as("seed %d", seed).isBetween(1L, bound);
        }
        bound = Math.min(30_000, bound * 2);
      }
    }
  }

  @Test
  void theWholeRangeIsUsed() {
    Backoff backoff = backoff(1, 7);
    for (int i = 0; i < 20; i++) {
      backoff.next();
    }
    long shortest = Long.MAX_VALUE;
    long longest = 0;
    for (int i = 0; i < 1000; i++) {
      long delay = backoff.next().toMillis();
      shortest = Math.min(shortest, delay);
      longest = Math.max(longest, delay);
    }
    assertThat(shortest).isLessThan(1_000);
    assertThat(longest).isGreaterThan(29_000);
  }

  @Test
  void anAnswerBeginsAnew() {
    Backoff backoff = backoff(1, 1);
    for (int i = 0; i < 20; i++) {
      backoff.next();
    }
    backoff.reset();

    assertThat(backoff.failures()).isZero();
    assertThat(backoff.next()).isLessThanOrEqualTo(Duration.ofMillis(500));
  }
}
