package dev.weft.proxy.forward;

import io.netty.util.AsciiString;
import java.util.concurrent.TimeUnit;

/**
 * The value of {@code grpc-timeout}: at most eight digits and a unit.
 *
 * @see <a href="https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md">gRPC over HTTP2</a>
 */
public final class GrpcTimeout {
  /** The header's name. */
  public static final AsciiString HEADER = AsciiString.cached("grpc-timeout");

  private static final int DIGITS = 8;
  private static final long MOST = 99_999_999;

  private GrpcTimeout() {}

  /** Nanoseconds; -1 if it is none. */
  public static long parse(CharSequence text) {
    int digits = text.length() - 1;
    if (digits < 1 || digits > DIGITS) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < digits; i++) {
      char c = text.charAt(i);
      if (c < '0' || c > '9') {
        return -1;
      }
      value = value * 10 + c - '0';
    }
    return switch (text.charAt(digits)) {
      case 'H' -> TimeUnit.HOURS.toNanos(value);
      case 'M' -> TimeUnit.MINUTES.toNanos(value);
      case 'S' -> TimeUnit.SECONDS.toNanos(value);
      case 'm' -> TimeUnit.MILLISECONDS.toNanos(value);
      case 'u' -> TimeUnit.MICROSECONDS.toNanos(value);
      case 'n' -> value;
      default -> -1;
    };
  }

  /** In milliseconds, or in the next greater unit that fits: as Envoy writes what it sets. */
  public static String formatMillis(long nanos) {
    long millis = nanos / 1_000_000;
    return millis <= MOST ? millis + "m" : Math.min(MOST, millis / 1_000) + "S";
  }

  /** The most precise form that fits; never more than there is. */
  public static String format(long nanos) {
    if (nanos <= MOST) {
      return nanos + "n";
    }
    if (nanos / 1_000 <= MOST) {
      return nanos / 1_000 + "u";
    }
    if (nanos / 1_000_000 <= MOST) {
      return nanos / 1_000_000 + "m";
    }
    return Math.min(MOST, nanos / 1_000_000_000) + "S";
  }
}
