package dev.weft.proxy.telemetry;

import java.util.function.LongSupplier;
import java.util.logging.Filter;
import java.util.logging.LogRecord;

/**
 * Lets a line of a library's log pass at most once a minute, and has it say how many were left out
 * before it. Safe for use from any thread.
 */
final class ThinnedLog implements Filter {
  private static final long MINUTE = 60_000_000_000L;

  private final LongSupplier nanos;
  private long last;
  private boolean begun;
  private int leftOut;

  /**
   * @param nanos a clock, as {@link System#nanoTime}
   */
  ThinnedLog(LongSupplier nanos) {
    this.nanos = nanos;
  }

  @Override
  public synchronized boolean isLoggable(LogRecord line) {
    long now = nanos.getAsLong();
    if (begun && now - last < MINUTE) {
      leftOut++;
      return false;
    }
    begun = true;
    last = now;
    if (leftOut > 0) {
      line.setMessage(line.getMessage() + " (left out since the last line: " + leftOut + ")");
      leftOut = 0;
    }
    return true;
  }
}
