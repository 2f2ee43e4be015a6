package dev.weft.proxy.discovery;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.Secret;
import java.util.List;
import java.util.Map;

/**
 * What a file gives, by name: it stays as it is, and nothing of the same name takes its place.
 *
 * @param secrets what others name without saying where it comes from
 */
public record Fixed(
    Map<String, Listener> listeners, Map<String, Cluster> clusters, List<Secret> secrets) {
  /** Nothing. */
  public static final Fixed NONE = new Fixed(Map.of(), Map.of(), List.of());

  public Fixed {
    listeners = Map.copyOf(listeners);
    clusters = Map.copyOf(clusters);
    secrets = List.copyOf(secrets);
  }
}
