package dev.weft.proxy.route;

import dev.weft.xds.model.RouteAction;
import org.jspecify.annotations.Nullable;

/**
 * How long gRPC calls of a route may take, by what they say themselves ({@code max_grpc_timeout});
 * in nanoseconds.
 *
 * @param maxNanos at most, and where a call says nothing; 0 for no bound
 * @param offsetNanos taken off what a call says where that is more
 * @param perTryNanos how long each try may take; 0 for as long as the call
 */
public record CallTime(long maxNanos, long offsetNanos, long perTryNanos) {
  static @Nullable CallTime compile(RouteAction.@Nullable GrpcTimeout timeout, long perTryNanos) {
    return timeout == null
        ? null
        : new CallTime(timeout.max().toNanos(), timeout.offset().toNanos(), perTryNanos);
  }

  /**
   * The time of a call; 0 for any.
   *
   * @param asked what it says; not above 0 where it says nothing that counts
   */
  public long of(long asked) {
    long left = asked > offsetNanos ? asked - offsetNanos : Math.max(0, asked);
    return maxNanos > 0 && (left == 0 || left > maxNanos) ? maxNanos : left;
  }

  /** What a try may take of the time of its call; 0 for any. */
  public long ofTry(long call) {
    if (perTryNanos == 0 || call == 0) {
      return Math.max(perTryNanos, call);
    }
    return Math.min(perTryNanos, call);
  }
}
