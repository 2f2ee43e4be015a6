package dev.weft.proxy.discovery;

import dev.weft.xds.codec.RuntimeValues;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.Secret;
import java.util.List;
import java.util.Map;

/**
 * What a file gives, by name: it stays as it is, and nothing of the same name takes its place.
 *
 * @param secrets what others name without saying where it comes from
 * @param runtime what holds for the runtime keys of all resources, those of a control plane too
 */
public record Fixed(
    Map<String, Listener> listeners,
    Map<String, Cluster> clusters,
    List<Secret> secrets,
    RuntimeValues runtime) {
  /** Nothing. */
  public static final Fixed NONE = new Fixed(Map.of(), Map.of(), List.of(), RuntimeValues.NONE);

  public Fixed {
    listeners = Map.copyOf(listeners);
    clusters = Map.copyOf(clusters);
    secrets = List.copyOf(secrets);
  }
}
