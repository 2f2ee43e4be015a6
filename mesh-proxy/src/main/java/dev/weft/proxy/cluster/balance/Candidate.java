package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.LbPolicy.ClientSideWeighted;

/** What a picker must know of an endpoint; read by all loops at any time. */
public interface Candidate {
  /** Requests in flight to it. */
  int activeRequests();

  /** Whether it was found unfit since the picker was built. */
  boolean ejected();

  /** Whether health checks found it unfit. */
  default boolean failing() {
    return false;
  }

  /** Whether it counts neither as fit nor as unfit where panic and priorities are decided. */
  default boolean uncounted() {
    return false;
  }

  /** Whether it said of itself that others should be preferred. */
  default boolean degraded() {
    return false;
  }

  /** What another request would cost by latencies seen; comparable within a cluster. */
  default double cost() {
    return activeRequests();
  }

  /** Its weight by the load that it reported; 0 if it did not, or too long ago. */
  default double reportedWeight(ClientSideWeighted policy, long now) {
    return 0;
  }

  /**
   * How long it has been fit, in nanoseconds.
   *
   * @param now of {@link System#nanoTime}
   */
  default long ageNanos(long now) {
    return Long.MAX_VALUE;
  }
}
