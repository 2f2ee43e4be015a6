package dev.weft.xds.model;

import java.util.List;
import java.util.Map;

/**
 * What a route says of the endpoint to be picked.
 *
 * @param hashPolicies in order; empty leaves the choice to chance where a policy wants a hash
 * @param metadataMatch the subset of endpoints to pick from ({@code envoy.lb} of {@code
 *     metadata_match}); empty for any
 */
public record RouteBalance(
    List<HashPolicy> hashPolicies, Map<String, MetadataValue> metadataMatch) {
  /** Says nothing. */
  public static final RouteBalance NONE = new RouteBalance(List.of(), Map.of());

  public RouteBalance {
    hashPolicies = List.copyOf(hashPolicies);
    metadataMatch = Map.copyOf(metadataMatch);
  }
}
