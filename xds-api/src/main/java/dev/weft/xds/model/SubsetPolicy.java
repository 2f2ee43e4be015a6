package dev.weft.xds.model;

import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Picks from the endpoints whose metadata is as the route wants it ({@code lb_subset_config}).
 *
 * @param defaultSubset of {@link Fallback#DEFAULT_SUBSET}
 * @param localityWeightAware whether weights of localities count within subsets
 * @param scaleLocalityWeight whether they count by the part of the locality that is in the subset
 * @param panicModeAny in panic, whether all endpoints are picked from where the fallback has none
 * @param listAsAny whether an endpoint with a list has each of its values
 * @param metadataFallback whether a route may list criteria to be tried in turn
 */
public record SubsetPolicy(
    OfEndpoints within,
    Fallback fallback,
    Map<String, MetadataValue> defaultSubset,
    List<Selector> selectors,
    boolean localityWeightAware,
    boolean scaleLocalityWeight,
    boolean panicModeAny,
    boolean listAsAny,
    boolean metadataFallback)
    implements LbPolicy {
  public SubsetPolicy {
    defaultSubset = Map.copyOf(defaultSubset);
    selectors = List.copyOf(selectors);
  }

  /** What happens to a request that no subset is for. */
  public enum Fallback {
    NO_FALLBACK,
    ANY_ENDPOINT,
    DEFAULT_SUBSET,
    /** By fewer of the request's keys; of selectors only. */
    KEYS_SUBSET,
    /** As the whole policy; of selectors only. */
    NOT_DEFINED
  }

  /**
   * Makes a subset for each combination of values that endpoints have of these keys.
   *
   * @param singleHost whether each has one endpoint only
   * @param fallbackKeys of {@link Fallback#KEYS_SUBSET}
   */
  public record Selector(
      SortedSet<String> keys,
      boolean singleHost,
      Fallback fallback,
      SortedSet<String> fallbackKeys) {
    public Selector {
      keys = new TreeSet<>(keys);
      fallbackKeys = new TreeSet<>(fallbackKeys);
    }
  }
}
