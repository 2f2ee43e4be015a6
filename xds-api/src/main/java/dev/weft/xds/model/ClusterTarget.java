package dev.weft.xds.model;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a route or a TCP relay sends. */
public sealed interface ClusterTarget {
  /** Always this cluster. */
  record Single(String cluster) implements ClusterTarget {}

  /** The cluster that this header of the request names; none without it. Lower case. */
  record FromHeader(String header) implements ClusterTarget {}

  /**
   * One of these, in proportion to its weight; the sum of weights is 1..2^32-1.
   *
   * @param randomHeader a header whose number chooses, where it is one; null for chance. Lower case
   */
  record Weighted(List<WeightedCluster> clusters, @Nullable String randomHeader)
      implements ClusterTarget {
    public Weighted {
      clusters = List.copyOf(clusters);
    }

    /** By chance. */
    public Weighted(List<WeightedCluster> clusters) {
      this(clusters, null);
    }
  }

  /**
   * One of several.
   *
   * @param cluster its name, or the header of the request that names it
   * @param fromHeader whether {@code cluster} is a header, in lower case
   * @param weight 0 is never chosen
   * @param host replaces the authority, before the route's own rewrite; null leaves it
   * @param filters what it says of HTTP filters, by their names
   * @param metadataMatch as {@link RouteBalance#metadataMatch}; its keys count before the route's
   */
  record WeightedCluster(
      String cluster,
      boolean fromHeader,
      long weight,
      HeaderMutations headers,
      @Nullable String host,
      Map<String, FilterOverride> filters,
      Map<String, MetadataValue> metadataMatch) {
    public WeightedCluster {
      filters = Map.copyOf(filters);
      metadataMatch = Map.copyOf(metadataMatch);
    }

    /** A cluster by its name that says this of filters. */
    public WeightedCluster(
        String cluster, long weight, HeaderMutations headers, Map<String, FilterOverride> filters) {
      this(cluster, false, weight, headers, null, filters, Map.of());
    }

    /** A cluster by its name, with endpoints and filters as the route wants them. */
    public WeightedCluster(String cluster, long weight, HeaderMutations headers) {
      this(cluster, weight, headers, Map.of());
    }
  }
}
