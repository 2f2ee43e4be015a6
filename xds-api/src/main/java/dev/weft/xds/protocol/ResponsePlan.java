package dev.weft.xds.protocol;

import java.util.List;

/**
 * What the next response has to say.
 *
 * @param upserts new, changed, or asked for again
 * @param removals gone, or asked for and not there
 * @param additions whether the client has never been sent one of the upserts
 * @param changes whether anything differs from what was sent, besides what was asked for again
 * @param complete whether nothing is left for a further response
 */
record ResponsePlan(
    List<EncodedResource> upserts,
    List<String> removals,
    boolean additions,
    boolean changes,
    boolean complete) {
  static final ResponsePlan NOTHING = new ResponsePlan(List.of(), List.of(), false, false, true);

  boolean isEmpty() {
    return upserts.isEmpty() && removals.isEmpty();
  }
}
