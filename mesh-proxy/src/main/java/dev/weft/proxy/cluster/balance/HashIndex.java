package dev.weft.proxy.cluster.balance;

/** From a request's hash to the place of an endpoint in its list. */
interface HashIndex {
  /**
   * The endpoint's place.
   *
   * @param attempt how many picks for the same try fell on an endpoint to avoid
   */
  int index(long hash, int attempt);
}
