package dev.weft.xds.codec;

import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.RouteAction.Forward;
import dev.weft.xds.model.RouteAction.GrpcTimeout;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.ClusterNotFoundResponseCode;
import io.envoyproxy.envoy.config.route.v3.RouteAction.MaxStreamDuration;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RouteAction}: a route that forwards. */
final class RouteActions {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);

  private RouteActions() {}

  /**
   * @param match of the route, which a rewrite may need
   */
  static Forward decode(RouteAction action, PathMatch match, DecodeScope scope) {
    MaxStreamDuration durations = action.getMaxStreamDuration();
    DecodeScope at = scope.at("max_stream_duration");
    return new Forward(
        target(action, scope),
        timeout(action, scope.at("timeout")),
        action.hasIdleTimeout()
            ? Wire.duration(action.getIdleTimeout(), scope.at("idle_timeout"))
            : null,
        durations.hasMaxStreamDuration()
            ? Wire.duration(durations.getMaxStreamDuration(), at.at("max_stream_duration"))
            : null,
        durations.hasGrpcTimeoutHeaderMax()
            ? Wire.duration(durations.getGrpcTimeoutHeaderMax(), at.at("grpc_timeout_header_max"))
            : null,
        action.hasRetryPolicy()
            ? RetryPolicies.decode(action.getRetryPolicy(), scope.at("retry_policy"))
            : null,
        action.hasHedgePolicy()
            ? HedgePolicies.decode(action.getHedgePolicy(), scope.at("hedge_policy"))
            : null,
        Rewrites.decode(action, match, scope),
        Priorities.decode(action.getPriority(), scope.at("priority")),
        Upgrades.ofRoute(action.getUpgradeConfigsList(), scope),
        notFoundStatus(action, scope),
        Mirrors.decode(action.getRequestMirrorPoliciesList(), scope),
        RouteBalances.decode(action, scope),
        action.hasInternalRedirectPolicy()
            ? InternalRedirectPolicies.decode(
                action.getInternalRedirectPolicy(), scope.at("internal_redirect_policy"))
            : null,
        headerOffset(durations, at.at("grpc_timeout_header_offset")),
        maxGrpcTimeout(action, scope),
        action.hasMaxStreamDuration());
  }

  /** As with Envoy it does not count where the header does not. */
  private static Duration headerOffset(MaxStreamDuration durations, DecodeScope scope) {
    Duration offset = Wire.duration(durations.getGrpcTimeoutHeaderOffset(), scope);
    return durations.hasGrpcTimeoutHeaderMax() ? offset : Duration.ZERO;
  }

  /** Envoy still reads it, unless what has taken its place is set. */
  @SuppressWarnings("deprecation")
  private static @Nullable GrpcTimeout maxGrpcTimeout(RouteAction action, DecodeScope scope) {
    GrpcTimeout timeout =
        new GrpcTimeout(
            Wire.duration(action.getMaxGrpcTimeout(), scope.at("max_grpc_timeout")),
            Wire.duration(action.getGrpcTimeoutOffset(), scope.at("grpc_timeout_offset")));
    return action.hasMaxGrpcTimeout() && !action.hasMaxStreamDuration() ? timeout : null;
  }

  @SuppressWarnings("deprecation")
  private static void encode(GrpcTimeout timeout, RouteAction.Builder action) {
    action
        .setMaxGrpcTimeout(Wire.duration(timeout.max()))
        .setGrpcTimeoutOffset(Wire.duration(timeout.offset()));
  }

  /** As with Envoy the one time does not count where the other is set, whatever that says. */
  private static Duration timeout(RouteAction action, DecodeScope scope) {
    Duration timeout =
        action.hasTimeout() ? Wire.duration(action.getTimeout(), scope) : DEFAULT_TIMEOUT;
    return action.hasMaxStreamDuration() ? Duration.ZERO : timeout;
  }

  private static int notFoundStatus(RouteAction action, DecodeScope scope) {
    return switch (action.getClusterNotFoundResponseCode()) {
      case SERVICE_UNAVAILABLE -> 503;
      case NOT_FOUND -> 404;
      case INTERNAL_SERVER_ERROR -> 500;
      case UNRECOGNIZED -> {
        scope.at("cluster_not_found_response_code").problem("is not known");
        yield 503;
      }
    };
  }

  private static ClusterNotFoundResponseCode notFoundStatus(int status) {
    return switch (status) {
      case 404 -> ClusterNotFoundResponseCode.NOT_FOUND;
      case 500 -> ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR;
      default -> ClusterNotFoundResponseCode.SERVICE_UNAVAILABLE;
    };
  }

  private static ClusterTarget target(RouteAction action, DecodeScope scope) {
    return switch (action.getClusterSpecifierCase()) {
      case CLUSTER -> new ClusterTarget.Single(Wire.text(action.getCluster(), scope.at("cluster")));
      case WEIGHTED_CLUSTERS ->
          ClusterTargets.decode(action.getWeightedClusters(), scope.at("weighted_clusters"));
      case CLUSTER_HEADER ->
          new ClusterTarget.FromHeader(
              HeaderNames.matched(action.getClusterHeader(), scope.at("cluster_header")));
      // refused by the field policy
      case CLUSTER_SPECIFIER_PLUGIN, INLINE_CLUSTER_SPECIFIER_PLUGIN ->
          new ClusterTarget.Single("");
      case CLUSTERSPECIFIER_NOT_SET -> {
        scope.problem("must have one of cluster, cluster_header and weighted_clusters");
        yield new ClusterTarget.Single("");
      }
    };
  }

  static RouteAction encode(Forward forward) {
    RouteAction.Builder action =
        RouteAction.newBuilder()
            .setTimeout(Wire.duration(forward.timeout()))
            .setPriority(Priorities.encode(forward.priority()))
            .setClusterNotFoundResponseCode(notFoundStatus(forward.clusterNotFoundStatus()))
            .addAllRequestMirrorPolicies(Mirrors.encode(forward.mirrors()))
            .addAllUpgradeConfigs(Upgrades.toRoute(forward.upgrades()));
    RouteBalances.encode(forward.balance(), action);
    switch (forward.target()) {
      case ClusterTarget.Single(String cluster) -> action.setCluster(cluster);
      case ClusterTarget.FromHeader(String header) -> action.setClusterHeader(header);
      case ClusterTarget.Weighted weighted ->
          action.setWeightedClusters(ClusterTargets.encode(weighted));
    }
    if (forward.idleTimeout() != null) {
      action.setIdleTimeout(Wire.duration(forward.idleTimeout()));
    }
    if (forward.timesStreams()) {
      action.getMaxStreamDurationBuilder(); // its presence says so
    }
    if (forward.maxStreamDuration() != null) {
      action
          .getMaxStreamDurationBuilder()
          .setMaxStreamDuration(Wire.duration(forward.maxStreamDuration()));
    }
    if (forward.grpcTimeoutHeaderMax() != null) {
      action
          .getMaxStreamDurationBuilder()
          .setGrpcTimeoutHeaderMax(Wire.duration(forward.grpcTimeoutHeaderMax()));
    }
    if (forward.grpcTimeoutHeaderOffset().isPositive()) {
      action
          .getMaxStreamDurationBuilder()
          .setGrpcTimeoutHeaderOffset(Wire.duration(forward.grpcTimeoutHeaderOffset()));
    }
    if (forward.maxGrpcTimeout() != null) {
      encode(forward.maxGrpcTimeout(), action);
    }
    if (forward.retry() != null) {
      action.setRetryPolicy(RetryPolicies.encode(forward.retry()));
    }
    if (forward.hedge() != null) {
      action.setHedgePolicy(HedgePolicies.encode(forward.hedge()));
    }
    if (forward.redirects() != null) {
      action.setInternalRedirectPolicy(InternalRedirectPolicies.encode(forward.redirects()));
    }
    if (forward.rewrite() != null) {
      Rewrites.encode(forward.rewrite(), action);
    }
    return action.build();
  }
}
