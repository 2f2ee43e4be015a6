package dev.weft.proxy.cluster.health;

import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How many answers of one endpoint were there, and how many of them were failures. All loops count;
 * one thread takes what has come since it took the last time.
 */
final class Answers {
  private final LongAdder all = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private long allTaken;
  private long failuresTaken;

  void succeeded() {
    all.increment();
  }

  void failed() {
    all.increment();
    failures.increment();
  }

  /** The rate since the last call; null where there was no answer. */
  @Nullable Rate take() {
    // In this order there is no failure without its answer.
    long failuresNow = failures.sum();
    long allNow = all.sum();
    long volume = allNow - allTaken;
    long failed = Math.min(volume, failuresNow - failuresTaken);
    allTaken = allNow;
    failuresTaken = failuresNow;
    return volume == 0 ? null : Rate.of(volume - failed, volume);
  }

  /**
   * The rate of an interval.
   *
   * @param successes percent
   */
  record Rate(double successes, long volume) {
    static Rate of(long successes, long volume) {
      return new Rate(successes * 100.0 / volume, volume);
    }
  }
}
