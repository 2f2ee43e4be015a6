package dev.weft.proxy.filter.breaker;

import dev.weft.xds.model.ErrorRateBreaker;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Which answers are failures, compiled. */
final class Failures {
  private static final int LOWEST = 400;
  private static final int STATUSES = 200;
  private static final int GRPC_STATUSES = 17;

  private final boolean[] http = new boolean[STATUSES];
  private final boolean[] grpc = new boolean[GRPC_STATUSES];

  Failures(ErrorRateBreaker breaker) {
    if (breaker.failureStatuses().isEmpty()) {
      Arrays.fill(http, STATUSES / 2, STATUSES, true);
    }
    breaker.failureStatuses().forEach(status -> http[status - LOWEST] = true);
    breaker.failureGrpcStatuses().forEach(status -> grpc[status] = true);
  }

  /** Whether an HTTP status is one. */
  boolean http(@Nullable CharSequence status) {
    int number = number(status, 3) - LOWEST;
    return number >= 0 && number < STATUSES && http[number];
  }

  /** Whether a gRPC status is one; what is no number is as bad as UNKNOWN. */
  boolean grpc(@Nullable CharSequence status) {
    int number = number(status, 2);
    return number < 0 ? grpc[2] : number < GRPC_STATUSES && grpc[number];
  }

  /** A decimal number; -1 if it is none. */
  private static int number(@Nullable CharSequence text, int digits) {
    if (text == null || text.isEmpty() || text.length() > digits) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
