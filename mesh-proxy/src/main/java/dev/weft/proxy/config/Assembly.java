package dev.weft.proxy.config;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * What resources came to: what can be served now, and what is still missing.
 *
 * @param config complete; where a new resource still waits for another, its predecessor is in it
 * @param warming listeners and clusters that wait, each with what it waits for
 * @param subscriptions the names to ask for, for each type that is asked for by name
 * @param started whether listeners were let in: the first ones wait for the first clusters
 */
public record Assembly(
    ProxyConfig config,
    SortedMap<ResourceKey, ResourceKey> warming,
    Map<XdsType, SortedSet<String>> subscriptions,
    boolean started) {
  /** Before anything came. */
  public static final Assembly NONE =
      new Assembly(ProxyConfig.EMPTY, new TreeMap<>(), Map.of(), false);

  public Assembly {
    warming = Collections.unmodifiableSortedMap(new TreeMap<>(warming));
    subscriptions = Map.copyOf(subscriptions);
  }

  /** Whether nothing waits any more, and something is served. */
  public boolean complete() {
    return warming.isEmpty() && started;
  }
}
