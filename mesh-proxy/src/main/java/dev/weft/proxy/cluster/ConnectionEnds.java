package dev.weft.proxy.cluster;

import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.xds.model.Cluster.Endings;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Ends connections of a cluster for what happens to its endpoints. */
final class ConnectionEnds {
  private final Endings wanted;
  private final Relays relays;
  private final Consumer<Set<UpstreamTarget>> renew;

  /**
   * @param relays of this cluster, of all its Runtimes
   * @param renew has pooled connections end as they are done, and others replace them
   */
  ConnectionEnds(Endings wanted, Relays relays, Consumer<Set<UpstreamTarget>> renew) {
    this.wanted = wanted;
    this.relays = relays;
    this.renew = renew;
  }

  /** Relays that are to end with their endpoint's health; null where they do not. */
  @Nullable Relays relays() {
    return wanted.relaysOnFailure() ? relays : null;
  }

  /** An endpoint fails, or was ejected. */
  void onFailing(ActiveEndpoint endpoint) {
    renew.accept(endpoint.targets().collect(Collectors.toUnmodifiableSet()));
    if (wanted.relaysOnFailure()) {
      relays.end(endpoint);
    }
  }

  /** An endpoint of the cluster came, went or changed its health. */
  void onChange(ActiveCluster cluster) {
    if (wanted.poolsOnChange()) {
      renew.accept(cluster.targets());
    }
  }
}
