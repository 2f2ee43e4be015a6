package dev.weft.xds.codec;

import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.RouteAction.Forward;
import dev.weft.xds.model.RouteAction.Rewrite;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteAction.MaxStreamDuration;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.RouteAction}: a route that forwards. */
final class RouteActions {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(15);

  private RouteActions() {}

  static Forward decode(RouteAction action, DecodeScope scope) {
    MaxStreamDuration durations = action.getMaxStreamDuration();
    DecodeScope at = scope.at("max_stream_duration");
    return new Forward(
        target(action, scope),
        action.hasTimeout()
            ? Wire.duration(action.getTimeout(), scope.at("timeout"))
            : DEFAULT_TIMEOUT,
        action.hasIdleTimeout()
            ? Wire.duration(action.getIdleTimeout(), scope.at("idle_timeout"))
            : null,
        maxStreamDuration(durations, at.at("max_stream_duration")),
        durations.hasGrpcTimeoutHeaderMax()
            ? Wire.duration(durations.getGrpcTimeoutHeaderMax(), at.at("grpc_timeout_header_max"))
            : null,
        action.hasRetryPolicy()
            ? RetryPolicies.decode(action.getRetryPolicy(), scope.at("retry_policy"))
            : null,
        rewrite(action, scope),
        Priorities.decode(action.getPriority(), scope.at("priority")),
        Upgrades.ofRoute(action.getUpgradeConfigsList(), scope));
  }

  private static @Nullable Duration maxStreamDuration(
      MaxStreamDuration durations, DecodeScope scope) {
    if (!durations.hasMaxStreamDuration()) {
      return null;
    }
    Duration max = Wire.duration(durations.getMaxStreamDuration(), scope);
    return max.isZero() ? null : max; // zero switches it off
  }

  private static ClusterTarget target(RouteAction action, DecodeScope scope) {
    return switch (action.getClusterSpecifierCase()) {
      case CLUSTER -> new ClusterTarget.Single(Wire.text(action.getCluster(), scope.at("cluster")));
      case WEIGHTED_CLUSTERS ->
          ClusterTargets.decode(action.getWeightedClusters(), scope.at("weighted_clusters"));
      // refused by the field policy
      case CLUSTER_HEADER, CLUSTER_SPECIFIER_PLUGIN, INLINE_CLUSTER_SPECIFIER_PLUGIN ->
          new ClusterTarget.Single("");
      case CLUSTERSPECIFIER_NOT_SET -> {
        scope.problem("must have one of cluster and weighted_clusters");
        yield new ClusterTarget.Single("");
      }
    };
  }

  private static @Nullable Rewrite rewrite(RouteAction action, DecodeScope scope) {
    String prefix = action.getPrefixRewrite();
    String host = action.hasHostRewriteLiteral() ? action.getHostRewriteLiteral() : "";
    scope
        .at("prefix_rewrite")
        .require(HeaderNames.isValue(prefix), "has a line end or a NUL, which no path has");
    scope
        .at("host_rewrite_literal")
        .require(HeaderNames.isValue(host), "has a line end or a NUL, which no host has");
    return prefix.isEmpty() && host.isEmpty()
        ? null
        : new Rewrite(prefix.isEmpty() ? null : prefix, host.isEmpty() ? null : host);
  }

  static RouteAction encode(Forward forward) {
    RouteAction.Builder action =
        RouteAction.newBuilder()
            .setTimeout(Wire.duration(forward.timeout()))
            .setPriority(Priorities.encode(forward.priority()))
            .addAllUpgradeConfigs(Upgrades.toRoute(forward.upgrades()));
    switch (forward.target()) {
      case ClusterTarget.Single(String cluster) -> action.setCluster(cluster);
      case ClusterTarget.Weighted weighted ->
          action.setWeightedClusters(ClusterTargets.encode(weighted));
    }
    if (forward.idleTimeout() != null) {
      action.setIdleTimeout(Wire.duration(forward.idleTimeout()));
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
    if (forward.retry() != null) {
      action.setRetryPolicy(RetryPolicies.encode(forward.retry()));
    }
    Rewrite rewrite = forward.rewrite();
    if (rewrite != null) {
      if (rewrite.prefix() != null) {
        action.setPrefixRewrite(rewrite.prefix());
      }
      if (rewrite.host() != null) {
        action.setHostRewriteLiteral(rewrite.host());
      }
    }
    return action.build();
  }
}
