package dev.weft.xds.codec;

import dev.weft.xds.model.Cluster.Aggregate;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CustomClusterType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbPolicy;
import io.envoyproxy.envoy.extensions.clusters.aggregate.v3.ClusterConfig;
import java.util.List;

/** {@code cluster_type} of clusters that {@code type} cannot say: aggregates. */
final class AggregateClusters {
  private AggregateClusters() {}

  static Aggregate decode(Cluster cluster, DecodeScope scope) {
    DecodeScope at = scope.at("cluster_type").at("typed_config");
    CustomClusterType type = cluster.getClusterType();
    if (!Extensions.is(type.getTypedConfig(), ClusterConfig.getDefaultInstance())) {
      at.problem(
          "the cluster type \""
              + DecodeScope.typeName(type.getTypedConfig())
              + "\" is not supported: only those of DNS and of aggregate clusters are");
      return new Aggregate(List.of());
    }
    scope
        .at("lb_policy")
        .require(
            cluster.getLbPolicy() == LbPolicy.CLUSTER_PROVIDED,
            "must be CLUSTER_PROVIDED in an aggregate cluster");
    scope
        .at("load_balancing_policy")
        .require(!cluster.hasLoadBalancingPolicy(), "must not be set in an aggregate cluster");
    scope
        .at("load_assignment")
        .require(!cluster.hasLoadAssignment(), "must not be set in an aggregate cluster");
    ClusterConfig config = at.unpack(type.getTypedConfig(), ClusterConfig.getDefaultInstance());
    if (config == null) {
      return new Aggregate(List.of());
    }
    at.at("clusters").require(config.getClustersCount() > 0, "must not be empty");
    for (int i = 0; i < config.getClustersCount(); i++) {
      Wire.text(config.getClusters(i), at.at("clusters", i));
    }
    return new Aggregate(config.getClustersList());
  }

  static void encode(Aggregate aggregate, Cluster.Builder encoded) {
    encoded
        .setLbPolicy(LbPolicy.CLUSTER_PROVIDED)
        .getClusterTypeBuilder()
        .setName("envoy.clusters.aggregate")
        .setTypedConfig(
            Extensions.pack(
                ClusterConfig.newBuilder().addAllClusters(aggregate.clusters()).build()));
  }
}
