package dev.weft.xds.codec;

import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.Any;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import com.google.protobuf.UInt64Value;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.HashKeys;
import dev.weft.xds.model.SubsetPolicy;
import io.envoyproxy.envoy.config.cluster.v3.LoadBalancingPolicy;
import io.envoyproxy.envoy.config.core.v3.RuntimeDouble;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.ConsistentHashingLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.common.v3.LocalityLbConfig.LocalityWeightedLbConfig;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The policies of {@code load_balancing_policy}: the first that is known counts. */
final class LbExtensions {
  /** Policies of Envoy's: one that Weft does not have is refused, where others are skipped. */
  private static final String ENVOYS = "envoy.extensions.load_balancing_policies.";

  private static final int DEFAULT_CHOICES = 2;

  private LbExtensions() {}

  static LbPolicy decode(LoadBalancingPolicy policy, DecodeScope scope) {
    List<String> others = new ArrayList<>();
    for (int i = 0; i < policy.getPoliciesCount(); i++) {
      Any config = policy.getPolicies(i).getTypedExtensionConfig().getTypedConfig();
      DecodeScope at = scope.at("policies", i).at("typed_extension_config").at("typed_config");
      LbPolicy decoded = known(config, at);
      if (decoded != null) {
        return decoded;
      }
      others.add(DecodeScope.typeName(config));
    }
    scope.at("policies").problem(others + " has none that is supported");
    return new LbPolicy.RoundRobin();
  }

  /** A policy within another, which may not choose among subsets again. */
  static LbPolicy.OfEndpoints within(LoadBalancingPolicy policy, DecodeScope scope) {
    if (decode(policy, scope) instanceof LbPolicy.OfEndpoints within) {
      return within;
    }
    scope.problem("has a subset policy, which is not supported within another policy");
    return new LbPolicy.RoundRobin();
  }

  /** Null for a policy that is not known. */
  private static @Nullable LbPolicy known(Any config, DecodeScope scope) {
    if (Extensions.is(config, RoundRobin.getDefaultInstance())) {
      RoundRobin policy = unpack(config, RoundRobin.getDefaultInstance(), scope);
      return new LbPolicy.RoundRobin(
          policy.hasSlowStartConfig()
              ? SlowStarts.decode(policy.getSlowStartConfig(), scope.at("slow_start_config"))
              : null,
          Localities.decode(
              policy.hasLocalityLbConfig(),
              policy.getLocalityLbConfig(),
              scope.at("locality_lb_config")));
    }
    if (Extensions.is(config, Random.getDefaultInstance())) {
      Random policy = unpack(config, Random.getDefaultInstance(), scope);
      return new LbPolicy.Random(
          Localities.decode(
              policy.hasLocalityLbConfig(),
              policy.getLocalityLbConfig(),
              scope.at("locality_lb_config")));
    }
    if (Extensions.is(config, LeastRequest.getDefaultInstance())) {
      return leastRequest(unpack(config, LeastRequest.getDefaultInstance(), scope), scope);
    }
    if (Extensions.is(config, RingHash.getDefaultInstance())) {
      return ringHash(unpack(config, RingHash.getDefaultInstance(), scope), scope);
    }
    if (Extensions.is(config, Maglev.getDefaultInstance())) {
      Maglev policy = unpack(config, Maglev.getDefaultInstance(), scope);
      return new LbPolicy.Maglev(
          Hashing.tableSize(
              policy.hasTableSize(), policy.getTableSize().getValue(), scope.at("table_size")),
          keys(policy.getConsistentHashingLbConfig(), scope.at("consistent_hashing_lb_config")),
          policy.hasLocalityWeightedLbConfig());
    }
    if (Extensions.is(config, ClientSideWeightedRoundRobin.getDefaultInstance())) {
      return WeightedByReports.decode(
          unpack(config, ClientSideWeightedRoundRobin.getDefaultInstance(), scope), scope);
    }
    if (Extensions.is(config, WrrLocality.getDefaultInstance())) {
      WrrLocality policy = unpack(config, WrrLocality.getDefaultInstance(), scope);
      return WeightedByReports.byLocality(
          within(policy.getEndpointPickingPolicy(), scope.at("endpoint_picking_policy")),
          scope.at("endpoint_picking_policy"));
    }
    if (Extensions.is(config, Subset.getDefaultInstance())) {
      Subset policy = unpack(config, Subset.getDefaultInstance(), scope);
      return Subsets.decode(
          policy, within(policy.getSubsetLbPolicy(), scope.at("subset_lb_policy")), scope);
    }
    if (Extensions.is(config, TypedStruct.getDefaultInstance())) {
      TypedStruct struct = unpack(config, TypedStruct.getDefaultInstance(), scope);
      return PeakEwmas.is(struct) ? PeakEwmas.decode(struct, scope) : null;
    }
    String type = DecodeScope.typeName(config);
    if (type.startsWith(ENVOYS)) {
      scope.problem("has " + type + ", which is not supported");
      return new LbPolicy.RoundRobin();
    }
    return null;
  }

  private static <P extends Message> P unpack(Any config, P prototype, DecodeScope scope) {
    P policy = scope.unpack(config, prototype);
    return policy == null ? prototype : policy;
  }

  private static LbPolicy leastRequest(LeastRequest policy, DecodeScope scope) {
    @SuppressWarnings("deprecation") // still what Envoy takes
    boolean scan = policy.getEnableFullScan().getValue();
    return new LbPolicy.LeastRequest(
        choices(policy.hasChoiceCount(), policy.getChoiceCount(), scope),
        bias(policy.hasActiveRequestBias(), policy.getActiveRequestBias(), scope),
        scan
            || switch (policy.getSelectionMethod()) {
              case N_CHOICES -> false;
              case FULL_SCAN -> true;
              case UNRECOGNIZED -> scope.at("selection_method").require(false, "is not known");
            },
        policy.hasSlowStartConfig()
            ? SlowStarts.decode(policy.getSlowStartConfig(), scope.at("slow_start_config"))
            : null,
        Localities.decode(
            policy.hasLocalityLbConfig(),
            policy.getLocalityLbConfig(),
            scope.at("locality_lb_config")));
  }

  static int choices(boolean set, UInt32Value choices, DecodeScope scope) {
    return set
        ? Wire.number(choices.getValue(), 2, Integer.MAX_VALUE, scope.at("choice_count"))
        : DEFAULT_CHOICES;
  }

  static double bias(boolean set, RuntimeDouble bias, DecodeScope scope) {
    double value = set ? scope.runtime().number(bias.getRuntimeKey(), bias.getDefaultValue()) : 1;
    scope
        .at("active_request_bias")
        .require(value >= 0 && Double.isFinite(value), "must be at least 0");
    return value;
  }

  @SuppressWarnings("deprecation") // still what Envoy takes
  private static LbPolicy ringHash(RingHash policy, DecodeScope scope) {
    LbPolicy.HashFunction function =
        switch (policy.getHashFunction()) {
          case DEFAULT_HASH, XX_HASH -> LbPolicy.HashFunction.XX_HASH;
          case MURMUR_HASH_2 -> LbPolicy.HashFunction.MURMUR_HASH_2;
          case UNRECOGNIZED -> {
            scope.at("hash_function").problem("is not known");
            yield LbPolicy.HashFunction.XX_HASH;
          }
        };
    HashKeys keys =
        policy.hasConsistentHashingLbConfig()
            ? keys(policy.getConsistentHashingLbConfig(), scope.at("consistent_hashing_lb_config"))
            : Hashing.keys(
                policy.getUseHostnameForHashing(),
                policy.hasHashBalanceFactor(),
                policy.getHashBalanceFactor().getValue(),
                scope);
    return Hashing.ring(
        function,
        policy.hasMinimumRingSize() ? policy.getMinimumRingSize().getValue() : Hashing.MIN_RING,
        policy.hasMaximumRingSize() ? policy.getMaximumRingSize().getValue() : Hashing.MAX_RING,
        keys,
        policy.hasLocalityWeightedLbConfig(),
        scope);
  }

  private static HashKeys keys(ConsistentHashingLbConfig config, DecodeScope scope) {
    return Hashing.keys(
        config.getUseHostnameForHashing(),
        config.hasHashBalanceFactor(),
        config.getHashBalanceFactor().getValue(),
        scope);
  }

  static LoadBalancingPolicy encode(LbPolicy policy) {
    Message message =
        switch (policy) {
          case LbPolicy.RoundRobin(var slowStart, var locality) -> {
            RoundRobin.Builder encoded =
                RoundRobin.newBuilder().setLocalityLbConfig(Localities.encode(locality));
            if (slowStart != null) {
              encoded.setSlowStartConfig(SlowStarts.encode(slowStart));
            }
            yield encoded.build();
          }
          case LbPolicy.Random(var locality) ->
              Random.newBuilder().setLocalityLbConfig(Localities.encode(locality)).build();
          case LbPolicy.LeastRequest least -> encode(least);
          case LbPolicy.RingHash ring -> encode(ring);
          case LbPolicy.Maglev maglev -> encode(maglev);
          case LbPolicy.ClientSideWeighted weighted -> WeightedByReports.encode(weighted);
          case LbPolicy.PeakEwma ewma -> PeakEwmas.encode(ewma);
          case SubsetPolicy subsets -> Subsets.encode(subsets);
        };
    return policy(message);
  }

  static LoadBalancingPolicy policy(Message message) {
    LoadBalancingPolicy.Builder encoded = LoadBalancingPolicy.newBuilder();
    encoded
        .addPoliciesBuilder()
        .getTypedExtensionConfigBuilder()
        .setName(message.getDescriptorForType().getFullName())
        .setTypedConfig(Extensions.pack(message));
    return encoded.build();
  }

  private static Message encode(LbPolicy.LeastRequest least) {
    LeastRequest.Builder encoded =
        LeastRequest.newBuilder()
            .setChoiceCount(Wire.uint32(least.choiceCount()))
            .setActiveRequestBias(SlowStarts.runtimeDouble(least.activeRequestBias()))
            .setSelectionMethod(
                least.fullScan()
                    ? LeastRequest.SelectionMethod.FULL_SCAN
                    : LeastRequest.SelectionMethod.N_CHOICES)
            .setLocalityLbConfig(Localities.encode(least.locality()));
    if (least.slowStart() != null) {
      encoded.setSlowStartConfig(SlowStarts.encode(least.slowStart()));
    }
    return encoded.build();
  }

  private static Message encode(LbPolicy.RingHash ring) {
    RingHash.Builder encoded =
        RingHash.newBuilder()
            .setHashFunction(
                switch (ring.function()) {
                  case XX_HASH -> RingHash.HashFunction.XX_HASH;
                  case MURMUR_HASH_2 -> RingHash.HashFunction.MURMUR_HASH_2;
                })
            .setMinimumRingSize(UInt64Value.of(ring.minimumSize()))
            .setMaximumRingSize(UInt64Value.of(ring.maximumSize()))
            .setConsistentHashingLbConfig(encode(ring.keys()));
    if (ring.localityWeighted()) {
      encoded.setLocalityWeightedLbConfig(LocalityWeightedLbConfig.getDefaultInstance());
    }
    return encoded.build();
  }

  private static Message encode(LbPolicy.Maglev maglev) {
    Maglev.Builder encoded =
        Maglev.newBuilder()
            .setTableSize(UInt64Value.of(maglev.tableSize()))
            .setConsistentHashingLbConfig(encode(maglev.keys()));
    if (maglev.localityWeighted()) {
      encoded.setLocalityWeightedLbConfig(LocalityWeightedLbConfig.getDefaultInstance());
    }
    return encoded.build();
  }

  private static ConsistentHashingLbConfig encode(HashKeys keys) {
    ConsistentHashingLbConfig.Builder encoded =
        ConsistentHashingLbConfig.newBuilder().setUseHostnameForHashing(keys.useHostname());
    if (keys.balanceFactor() > 0) {
      encoded.setHashBalanceFactor(Wire.uint32(keys.balanceFactor()));
    }
    return encoded.build();
  }
}
