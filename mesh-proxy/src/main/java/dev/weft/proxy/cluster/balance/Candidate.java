package dev.weft.proxy.cluster.balance;

/** What a picker must know of an endpoint; read by all loops at any time. */
public interface Candidate {
  /** Requests in flight to it. */
  int activeRequests();

  /** Whether it was found unfit since the picker was built. */
  boolean ejected();
}
