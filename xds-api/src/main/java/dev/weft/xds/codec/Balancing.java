package dev.weft.xds.codec;

import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.HashKeys;
import dev.weft.xds.model.LbPolicy.LocalityLb;
import dev.weft.xds.model.SubsetPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.CommonLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LeastRequestLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RingHashLbConfig;

/** The balancing policy of a cluster, by {@code load_balancing_policy} or by {@code lb_policy}. */
final class Balancing {
  private static final LbPolicy NONE = new LbPolicy.RoundRobin();

  private Balancing() {}

  static LbPolicy decode(Cluster cluster, DecodeScope scope) {
    if (cluster.hasLoadBalancingPolicy()) {
      checkAlone(cluster, scope);
      return LbExtensions.decode(
          cluster.getLoadBalancingPolicy(), scope.at("load_balancing_policy"));
    }
    LbPolicy.OfEndpoints policy = byEnum(cluster, scope);
    return cluster.hasLbSubsetConfig()
        ? Subsets.decode(cluster.getLbSubsetConfig(), policy, scope.at("lb_subset_config"))
        : policy;
  }

  /** What Envoy does not take beside an extension. */
  private static void checkAlone(Cluster cluster, DecodeScope scope) {
    String reason = "must not be set beside load_balancing_policy";
    CommonLbConfig common = cluster.getCommonLbConfig();
    DecodeScope at = scope.at("common_lb_config");
    scope.at("lb_subset_config").require(!cluster.hasLbSubsetConfig(), reason);
    at.at("zone_aware_lb_config").require(!common.hasZoneAwareLbConfig(), reason);
    at.at("locality_weighted_lb_config").require(!common.hasLocalityWeightedLbConfig(), reason);
    at.at("consistent_hashing_lb_config").require(!common.hasConsistentHashingLbConfig(), reason);
  }

  private static LbPolicy.OfEndpoints byEnum(Cluster cluster, DecodeScope scope) {
    LocalityLb locality = locality(cluster.getCommonLbConfig(), scope.at("common_lb_config"));
    boolean weighted = locality instanceof LbPolicy.LocalityWeighted;
    return switch (cluster.getLbPolicy()) {
      case ROUND_ROBIN ->
          new LbPolicy.RoundRobin(
              cluster.getRoundRobinLbConfig().hasSlowStartConfig()
                  ? SlowStarts.decode(
                      cluster.getRoundRobinLbConfig().getSlowStartConfig(),
                      scope.at("round_robin_lb_config").at("slow_start_config"))
                  : null,
              locality);
      case RANDOM -> new LbPolicy.Random(locality);
      case LEAST_REQUEST -> leastRequest(cluster.getLeastRequestLbConfig(), locality, scope);
      case RING_HASH -> ringHash(cluster, weighted, scope);
      case MAGLEV ->
          new LbPolicy.Maglev(
              Hashing.tableSize(
                  cluster.getMaglevLbConfig().hasTableSize(),
                  cluster.getMaglevLbConfig().getTableSize().getValue(),
                  scope.at("maglev_lb_config").at("table_size")),
              keys(cluster.getCommonLbConfig(), scope),
              weighted);
      case LOAD_BALANCING_POLICY_CONFIG -> {
        scope.at("load_balancing_policy").problem("must be set, as lb_policy says");
        yield new LbPolicy.RoundRobin();
      }
      case CLUSTER_PROVIDED -> {
        scope
            .at("lb_policy")
            .require(
                cluster.hasClusterType() || cluster.getType() == DiscoveryType.ORIGINAL_DST,
                "CLUSTER_PROVIDED is for clusters that bring a policy of their own");
        yield new LbPolicy.RoundRobin();
      }
      case UNRECOGNIZED -> {
        scope.at("lb_policy").problem("is not known");
        yield new LbPolicy.RoundRobin();
      }
    };
  }

  private static LbPolicy.OfEndpoints leastRequest(
      LeastRequestLbConfig config, LocalityLb locality, DecodeScope scope) {
    DecodeScope at = scope.at("least_request_lb_config");
    return new LbPolicy.LeastRequest(
        LbExtensions.choices(config.hasChoiceCount(), config.getChoiceCount(), at),
        LbExtensions.bias(config.hasActiveRequestBias(), config.getActiveRequestBias(), at),
        false,
        config.hasSlowStartConfig()
            ? SlowStarts.decode(config.getSlowStartConfig(), at.at("slow_start_config"))
            : null,
        locality);
  }

  private static LbPolicy.OfEndpoints ringHash(
      Cluster cluster, boolean weighted, DecodeScope scope) {
    RingHashLbConfig config = cluster.getRingHashLbConfig();
    DecodeScope at = scope.at("ring_hash_lb_config");
    LbPolicy.HashFunction function =
        switch (config.getHashFunction()) {
          case XX_HASH -> LbPolicy.HashFunction.XX_HASH;
          case MURMUR_HASH_2 -> LbPolicy.HashFunction.MURMUR_HASH_2;
          case UNRECOGNIZED -> {
            at.at("hash_function").problem("is not known");
            yield LbPolicy.HashFunction.XX_HASH;
          }
        };
    return Hashing.ring(
        function,
        config.hasMinimumRingSize() ? config.getMinimumRingSize().getValue() : Hashing.MIN_RING,
        config.hasMaximumRingSize() ? config.getMaximumRingSize().getValue() : Hashing.MAX_RING,
        keys(cluster.getCommonLbConfig(), scope),
        weighted,
        at);
  }

  private static HashKeys keys(CommonLbConfig common, DecodeScope scope) {
    var config = common.getConsistentHashingLbConfig();
    return Hashing.keys(
        config.getUseHostnameForHashing(),
        config.hasHashBalanceFactor(),
        config.getHashBalanceFactor().getValue(),
        scope.at("common_lb_config").at("consistent_hashing_lb_config"));
  }

  private static LocalityLb locality(CommonLbConfig common, DecodeScope scope) {
    return switch (common.getLocalityConfigSpecifierCase()) {
      case LOCALITY_WEIGHTED_LB_CONFIG -> new LbPolicy.LocalityWeighted();
      case ZONE_AWARE_LB_CONFIG -> {
        var zone = common.getZoneAwareLbConfig();
        yield Localities.zoneAware(
            zone.hasRoutingEnabled() ? zone.getRoutingEnabled() : null,
            zone.hasMinClusterSize() ? zone.getMinClusterSize() : null,
            zone.getFailTrafficOnPanic(),
            false,
            scope.at("zone_aware_lb_config"));
      }
      case LOCALITYCONFIGSPECIFIER_NOT_SET -> LocalityLb.DEFAULT;
    };
  }

  /** By {@code lb_policy} where that says it all, so that the simplest clients understand it. */
  static void encode(LbPolicy policy, Cluster.Builder cluster) {
    switch (policy) {
      case LbPolicy.RoundRobin roundRobin when roundRobin.equals(NONE) ->
          cluster.setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN);
      case LbPolicy.Random random when random.equals(new LbPolicy.Random()) ->
          cluster.setLbPolicy(Cluster.LbPolicy.RANDOM);
      case LbPolicy.LeastRequest least
          when least.equals(new LbPolicy.LeastRequest(least.choiceCount())) ->
          cluster
              .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
              .setLeastRequestLbConfig(
                  LeastRequestLbConfig.newBuilder()
                      .setChoiceCount(Wire.uint32(least.choiceCount())));
      case LbPolicy.OfEndpoints other ->
          cluster
              .setLbPolicy(Cluster.LbPolicy.LOAD_BALANCING_POLICY_CONFIG)
              .setLoadBalancingPolicy(LbExtensions.encode(other));
      case SubsetPolicy subsets ->
          cluster
              .setLbPolicy(Cluster.LbPolicy.LOAD_BALANCING_POLICY_CONFIG)
              .setLoadBalancingPolicy(LbExtensions.encode(subsets));
    }
  }
}
