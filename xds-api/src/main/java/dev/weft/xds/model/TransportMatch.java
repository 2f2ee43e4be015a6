package dev.weft.xds.model;

import java.util.Map;

/**
 * How to speak to some endpoints of a cluster ({@code
 * envoy.config.cluster.v3.Cluster.TransportSocketMatch}).
 *
 * @param name of its statistics; not empty
 * @param match what the metadata of an endpoint, or that of its locality, has to have; empty fits
 *     all
 */
public record TransportMatch(
    String name, Map<String, MetadataValue> match, UpstreamTransport transport) {
  public TransportMatch {
    match = Map.copyOf(match);
  }

  /** Whether metadata has all that is asked for. */
  public boolean fits(Map<String, MetadataValue> metadata) {
    return metadata.entrySet().containsAll(match.entrySet());
  }
}
