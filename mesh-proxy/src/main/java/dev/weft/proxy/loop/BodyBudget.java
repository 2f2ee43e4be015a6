package dev.weft.proxy.loop;

import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * How much all requests of the process together may hold of their bodies. Beyond it a request that
 * would have to wait is refused, and one that is sent is sent once. From any thread.
 */
public final class BodyBudget {
  private static final long LEAST = 8L << 20;
  private static final long MOST = 256L << 20;

  private final long max;
  private final AtomicLong left;
  private final LongAdder refusals = new LongAdder();

  /**
   * @param bytes of all requests together
   */
  public BodyBudget(long bytes) {
    max = bytes;
    left = new AtomicLong(bytes);
  }

  /** A quarter of the direct memory that there may be, where bodies are. */
  public static BodyBudget ofProcess() {
    return new BodyBudget(Math.clamp(PlatformDependent.maxDirectMemory() / 4, LEAST, MOST));
  }

  boolean take(long bytes) {
    long before = left.get();
    while (before >= bytes) {
      if (left.compareAndSet(before, before - bytes)) {
        return true;
      }
      before = left.get();
    }
    refusals.increment();
    return false;
  }

  void give(long bytes) {
    left.addAndGet(bytes);
  }

  /** Bytes that the loops have taken, what they have to spare included. */
  public long taken() {
    return max - left.get();
  }

  /** How many there may be. */
  public long max() {
    return max;
  }

  /** How often there was no room. */
  public long refusals() {
    return refusals.sum();
  }
}
