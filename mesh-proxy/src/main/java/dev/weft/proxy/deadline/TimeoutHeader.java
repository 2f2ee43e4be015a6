package dev.weft.proxy.deadline;

import io.netty.util.AsciiString;

/**
 * The header that says how long a request may take from now on, in whole milliseconds; 0 if its
 * time is over. It is Weft's own: of gRPC calls {@code grpc-timeout} says so.
 */
public final class TimeoutHeader {
  /** The header's name. */
  public static final AsciiString NAME = AsciiString.cached("x-weft-timeout-ms");

  private static final int DIGITS = 9;
  private static final long MOST = 999_999_999;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private TimeoutHeader() {}

  /** Nanoseconds; -1 if it is not 1 to 9 digits. */
  public static long parse(CharSequence text) {
    if (text.isEmpty() || text.length() > DIGITS) {
      return -1;
    }
    long millis = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      millis = millis * 10 + digit;
    }
    return millis * NANOS_PER_MILLI;
  }

  /** Never says more than there is. */
  public static String format(long nanos) {
    return Long.toString(Math.min(MOST, Math.max(0, nanos) / NANOS_PER_MILLI));
  }
}
