package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.UInt32Value;
import dev.weft.xds.model.Cluster.LbPolicy;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LeastRequestLbConfig;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import java.util.ArrayList;
import java.util.List;

/** The balancing policy of a cluster, by extension or by {@code lb_policy}. */
final class Balancing {
  private static final int DEFAULT_CHOICES = 2;

  private Balancing() {}

  static LbPolicy decode(Cluster cluster, DecodeScope scope) {
    if (cluster.hasLoadBalancingPolicy()) {
      return extension(cluster.getLoadBalancingPolicy(), scope.at("load_balancing_policy"));
    }
    return switch (cluster.getLbPolicy()) {
      case ROUND_ROBIN -> new dev.weft.xds.model.Cluster.RoundRobin();
      case RANDOM -> new dev.weft.xds.model.Cluster.Random();
      case LEAST_REQUEST ->
          leastRequest(
              cluster.getLeastRequestLbConfig().hasChoiceCount(),
              cluster.getLeastRequestLbConfig().getChoiceCount(),
              scope.at("least_request_lb_config"));
      case LOAD_BALANCING_POLICY_CONFIG -> {
        scope.at("load_balancing_policy").problem("must be set, as lb_policy says");
        yield new dev.weft.xds.model.Cluster.RoundRobin();
      }
      case RING_HASH, MAGLEV, CLUSTER_PROVIDED, UNRECOGNIZED -> {
        scope
            .at("lb_policy")
            .problem("is not supported: only ROUND_ROBIN, LEAST_REQUEST and RANDOM are");
        yield new dev.weft.xds.model.Cluster.RoundRobin();
      }
    };
  }

  /** The first policy of the list that is supported. */
  private static LbPolicy extension(LoadBalancingPolicy policy, DecodeScope scope) {
    List<String> others = new ArrayList<>();
    for (int i = 0; i < policy.getPoliciesCount(); i++) {
      Any config = policy.getPolicies(i).getTypedExtensionConfig().getTypedConfig();
      DecodeScope at = scope.at("policies", i).at("typed_extension_config").at("typed_config");
      if (Extensions.is(config, RoundRobin.getDefaultInstance())) {
        at.unpack(config, RoundRobin.getDefaultInstance());
        return new dev.weft.xds.model.Cluster.RoundRobin();
      }
      if (Extensions.is(config, Random.getDefaultInstance())) {
        at.unpack(config, Random.getDefaultInstance());
        return new dev.weft.xds.model.Cluster.Random();
      }
      if (Extensions.is(config, LeastRequest.getDefaultInstance())) {
        LeastRequest leastRequest = at.unpack(config, LeastRequest.getDefaultInstance());
        return leastRequest == null
            ? new dev.weft.xds.model.Cluster.LeastRequest(DEFAULT_CHOICES)
            : leastRequest(leastRequest.hasChoiceCount(), leastRequest.getChoiceCount(), at);
      }
      others.add(DecodeScope.typeName(config));
    }
    scope
        .at("policies")
        .problem(others + " has none that is supported: RoundRobin, LeastRequest or Random");
    return new dev.weft.xds.model.Cluster.RoundRobin();
  }

  private static LbPolicy leastRequest(boolean set, UInt32Value choices, DecodeScope scope) {
    return new dev.weft.xds.model.Cluster.LeastRequest(
        set
            ? Wire.number(choices.getValue(), 2, Integer.MAX_VALUE, scope.at("choice_count"))
            : DEFAULT_CHOICES);
  }

  static void encode(LbPolicy policy, Cluster.Builder cluster) {
    switch (policy) {
      case dev.weft.xds.model.Cluster.RoundRobin() ->
          cluster.setLbPolicy(Cluster.LbPolicy.ROUND_ROBIN);
      case dev.weft.xds.model.Cluster.Random() -> cluster.setLbPolicy(Cluster.LbPolicy.RANDOM);
      case dev.weft.xds.model.Cluster.LeastRequest(int choices) ->
          cluster
              .setLbPolicy(Cluster.LbPolicy.LEAST_REQUEST)
              .setLeastRequestLbConfig(
                  LeastRequestLbConfig.newBuilder().setChoiceCount(Wire.uint32(choices)));
    }
  }
}
