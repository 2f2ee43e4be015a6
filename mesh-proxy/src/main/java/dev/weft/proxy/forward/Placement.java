package dev.weft.proxy.forward;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.Aggregation;
import dev.weft.proxy.cluster.Destinations;
import dev.weft.proxy.cluster.balance.Preference;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.route.RequestHash;
import dev.weft.proxy.route.WeightedTargets.Target;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.Exchange;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Where the tries of one request go: the cluster of its target, in the Runtime in force when a try
 * begins, and of that an endpoint. Confined to its loop.
 */
final class Placement {
  private final RandomGenerator random;
  private final RuntimeHolder runtimes;
  private final Runtime pinned;
  private final Exchange exchange;
  private final Target target;

  /** By which the request is placed, where its cluster does so. */
  private final long hash;

  /** Takes what was chosen. */
  interface Chooser {
    /**
     * @param routed the cluster that the route names
     * @param cluster the one that the endpoint belongs to; mostly the same
     */
    void onEndpoint(ActiveCluster routed, ActiveCluster cluster, ActiveEndpoint endpoint);

    /** There is nowhere to go now. */
    void onNowhere(ProxyError error);

    /** The request is to go nowhere at all. */
    void onDrop(ProxyError error);
  }

  /**
   * @param pinned the Runtime the request began with
   * @param request its head, before it is changed for the route: tries have one hash, and one
   *     cookie
   */
  Placement(
      Worker worker,
      RuntimeHolder runtimes,
      Runtime pinned,
      Target target,
      @Nullable RequestHash policies,
      Http2Headers request,
      Caller caller) {
    this.random = worker.random();
    this.runtimes = runtimes;
    this.pinned = pinned;
    this.target = target;
    this.exchange = caller.exchange();
    this.hash = hash(policies, request, caller);
  }

  private long hash(@Nullable RequestHash policies, Http2Headers request, Caller caller) {
    ActiveCluster cluster = cluster();
    if (cluster == null || !cluster.hashes()) {
      return 0;
    }
    long bits = random.nextLong();
    return policies == null ? bits : policies.of(request, caller, bits);
  }

  /** The cluster that the route names, as it is now; null if there is none. */
  @Nullable ActiveCluster cluster() {
    ActiveCluster live = runtimes.current().cluster(target.cluster());
    return live != null ? live : pinned.cluster(target.cluster());
  }

  /**
   * Chooses an endpoint for the next try, and tells the chooser within this call.
   *
   * @param first whether nothing was tried yet
   * @param preference what the try wants of it
   */
  void choose(
      Http2Headers request,
      ConnectionInfo client,
      boolean first,
      Preference<ActiveEndpoint> preference,
      Chooser chooser) {
    ActiveCluster routed = cluster();
    if (routed == null) {
      chooser.onNowhere(
          new ProxyError(Kind.NO_CLUSTER, "cluster " + target.cluster() + " is not known"));
      return;
    }
    if (first && routed.drops(random)) {
      Kind kind = routed.dropsAll() ? Kind.ALL_DROPPED : Kind.DROPPED;
      chooser.onDrop(
          new ProxyError(kind, "the source of " + routed.name() + "'s endpoints says so"));
      return;
    }
    Destinations destinations = routed.destinations();
    Aggregation clusters = routed.aggregation();
    ActiveCluster cluster = routed;
    ActiveEndpoint endpoint;
    if (destinations != null) {
      endpoint = destinations.of(request, exchange.dynamicMetadata(), client);
    } else if (clusters == null) {
      endpoint = routed.pick(random, target.criteria(), hash, preference);
    } else {
      Aggregation.Choice choice = clusters.choose(random, preference.priorities());
      cluster = choice == null ? routed : choice.cluster();
      endpoint =
          choice == null
              ? null
              : cluster.pick(choice.level(), random, target.criteria(), hash, preference);
    }
    if (endpoint == null) {
      routed.stats().noneHealthy();
      chooser.onNowhere(new ProxyError(Kind.NO_HEALTHY_ENDPOINT, "no healthy upstream"));
    } else {
      chooser.onEndpoint(routed, cluster, endpoint);
    }
  }
}
