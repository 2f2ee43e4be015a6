package dev.weft.xds.client;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: nothing to the first bound, at random, the bound
 * doubling each time every server has failed once more, up to the last one (full jitter).
 */
final class Backoff {
  private final Duration first;
  private final Duration max;
  private final int servers;
  private final RandomGenerator random;
  private int failures;

  Backoff(Duration first, Duration max, int servers, RandomGenerator random) {
    this.first = first;
    this.max = max;
    this.servers = servers;
    this.random = random;
  }

  /** A server has answered: the next failure is the first one. */
  void reset() {
    failures = 0;
  }

  /** An attempt has failed or a stream has ended. */
  Duration next() {
    int round = Math.min(failures / servers, 30);
    failures++;
    long bound = Math.min(max.toMillis(), first.toMillis() << round);
    // 1 at least: a timer of 0 is none
    return Duration.ofMillis(1 + random.nextLong(Math.max(1, bound)));
  }

  int failures() {
    return failures;
  }
}
