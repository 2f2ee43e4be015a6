package dev.weft.proxy.stream;

import io.netty.util.internal.PlatformDependent;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far the windows of all HTTP/2 connections of the process together may go beyond what each of
 * them has from the beginning. From any thread.
 */
public final class WindowBudget {
  private static final long LEAST = 8L << 20;
  private static final long MOST = 256L << 20;

  private final long max;
  private final AtomicLong left;

  /**
   * @param bytes for all connections together
   */
  public WindowBudget(long bytes) {
    max = bytes;
    left = new AtomicLong(bytes);
  }

  /** A quarter of the direct memory that there may be, where what is received waits. */
  public static WindowBudget ofProcess() {
    return new WindowBudget(Math.clamp(PlatformDependent.maxDirectMemory() / 4, LEAST, MOST));
  }

  /** Whether so many more may be lent; they are to be given back. */
  public boolean take(long bytes) {
    long before = left.get();
    while (before >= bytes) {
      if (left.compareAndSet(before, before - bytes)) {
        return true;
      }
      before = left.get();
    }
    return false;
  }

  /** Gives back what was taken. */
  public void give(long bytes) {
    left.addAndGet(bytes);
  }

  /** Bytes that are lent now. */
  public long taken() {
    return max - left.get();
  }

  /** How many there may be. */
  public long max() {
    return max;
  }
}
