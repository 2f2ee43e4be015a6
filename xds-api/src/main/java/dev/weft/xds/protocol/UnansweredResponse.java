package dev.weft.xds.protocol;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A response that the client has neither confirmed nor refused.
 *
 * @param snapshot the number, on this stream, of the snapshot it was made from
 * @param revision of that snapshot
 */
record UnansweredResponse(
    String nonce,
    long snapshot,
    long revision,
    Set<String> upserts,
    List<String> removals,
    boolean additions,
    boolean complete) {

  static UnansweredResponse of(ResponsePlan plan, String nonce, long snapshot, long revision) {
    Set<String> upserts = new LinkedHashSet<>();
    plan.upserts().forEach(resource -> upserts.add(resource.name()));
    return new UnansweredResponse(
        nonce,
        snapshot,
        revision,
        upserts,
        List.copyOf(plan.removals()),
        plan.additions(),
        plan.complete());
  }
}
