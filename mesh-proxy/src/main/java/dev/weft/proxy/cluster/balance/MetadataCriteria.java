package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.MetadataValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a route wants of an endpoint's metadata; compiled once, equal where the values are. */
public final class MetadataCriteria {
  private static final String FALLBACKS = "fallback_list";

  private final Map<String, MetadataValue> values;
  private final int hash;

  /** To be tried in turn instead of the values alone, where a cluster allows it. */
  private final List<MetadataCriteria> fallbacks;

  private MetadataCriteria(Map<String, MetadataValue> values, List<MetadataCriteria> fallbacks) {
    this.values = values;
    this.fallbacks = fallbacks;
    this.hash = values.hashCode();
  }

  /** Compiles a route's wishes; null for none. */
  public static @Nullable MetadataCriteria compile(Map<String, MetadataValue> wanted) {
    if (wanted.isEmpty()) {
      return null;
    }
    Map<String, MetadataValue> values = new TreeMap<>(wanted);
    List<MetadataCriteria> fallbacks = new ArrayList<>();
    if (wanted.containsKey(FALLBACKS)) {
      Map<String, MetadataValue> rest = new TreeMap<>(wanted);
      rest.remove(FALLBACKS);
      // What is no list is an empty one, which leaves the other values; what is no struct in it
      // adds
      // nothing to them.
      List<MetadataValue> list =
          wanted.get(FALLBACKS) instanceof MetadataValue.Several several
              ? several.values()
              : List.of();
      for (MetadataValue each : list) {
        Map<String, MetadataValue> merged = new TreeMap<>(rest);
        if (each instanceof MetadataValue.Fields(Map<String, MetadataValue> fields)) {
          merged.putAll(fields);
        }
        fallbacks.add(new MetadataCriteria(merged, List.of()));
      }
      if (list.isEmpty()) {
        fallbacks.add(new MetadataCriteria(rest, List.of()));
      }
    }
    return new MetadataCriteria(values, List.copyOf(fallbacks));
  }

  /** A route's wishes with those of one of its weighted clusters, which count before. */
  public static @Nullable MetadataCriteria merge(
      Map<String, MetadataValue> ofRoute, Map<String, MetadataValue> ofCluster) {
    Map<String, MetadataValue> merged = new HashMap<>(ofRoute);
    merged.putAll(ofCluster);
    return compile(merged);
  }

  static MetadataCriteria of(Map<String, MetadataValue> values) {
    return new MetadataCriteria(new TreeMap<>(values), List.of());
  }

  Set<String> keys() {
    return values.keySet();
  }

  List<MetadataCriteria> fallbacks() {
    return fallbacks;
  }

  /** The part of it that these keys name. */
  MetadataCriteria only(Set<String> keys) {
    Map<String, MetadataValue> kept = new TreeMap<>(values);
    kept.keySet().retainAll(keys);
    return new MetadataCriteria(kept, List.of());
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof MetadataCriteria that
        && that.hash == hash
        && that.values.equals(values);
  }

  @Override
  public int hashCode() {
    return hash;
  }

  @Override
  public String toString() {
    return values.toString();
  }
}
