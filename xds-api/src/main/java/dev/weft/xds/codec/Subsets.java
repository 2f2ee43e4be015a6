package dev.weft.xds.codec;

import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.SubsetPolicy;
import dev.weft.xds.model.SubsetPolicy.Fallback;
import dev.weft.xds.model.SubsetPolicy.Selector;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbSubsetConfig;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.LbSubsetConfig.LbSubsetSelector;
import io.envoyproxy.envoy.extensions.load_balancing_policies.subset.v3.Subset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/** Subsets of endpoints, by {@code lb_subset_config} or by the extension. */
final class Subsets {
  private Subsets() {}

  static LbPolicy decode(LbSubsetConfig config, LbPolicy.OfEndpoints within, DecodeScope scope) {
    List<Selector> selectors = new ArrayList<>();
    for (int i = 0; i < config.getSubsetSelectorsCount(); i++) {
      LbSubsetSelector selector = config.getSubsetSelectors(i);
      selectors.add(
          selector(
              selector.getKeysList(),
              selector.getSingleHostPerSubset(),
              selector.getFallbackPolicy().name(),
              selector.getFallbackKeysSubsetList(),
              scope.at("subset_selectors", i)));
    }
    if (selectors.isEmpty()) {
      return within; // as Envoy, for which there are no subsets then
    }
    return policy(
        within,
        config.getFallbackPolicy().name(),
        config.getDefaultSubset(),
        selectors,
        config.getLocalityWeightAware(),
        config.getScaleLocalityWeight(),
        config.getPanicModeAny(),
        config.getListAsAny(),
        config.getMetadataFallbackPolicy().name(),
        scope);
  }

  static LbPolicy decode(Subset config, LbPolicy.OfEndpoints within, DecodeScope scope) {
    List<Selector> selectors = new ArrayList<>();
    for (int i = 0; i < config.getSubsetSelectorsCount(); i++) {
      Subset.LbSubsetSelector selector = config.getSubsetSelectors(i);
      selectors.add(
          selector(
              selector.getKeysList(),
              selector.getSingleHostPerSubset(),
              selector.getFallbackPolicy().name(),
              selector.getFallbackKeysSubsetList(),
              scope.at("subset_selectors", i)));
    }
    return policy(
        within,
        config.getFallbackPolicy().name(),
        config.getDefaultSubset(),
        selectors,
        config.getLocalityWeightAware(),
        config.getScaleLocalityWeight(),
        config.getPanicModeAny(),
        config.getListAsAny(),
        config.getMetadataFallbackPolicy().name(),
        scope);
  }

  private static SubsetPolicy policy(
      LbPolicy.OfEndpoints within,
      String fallback,
      Struct defaultSubset,
      List<Selector> selectors,
      boolean localityWeightAware,
      boolean scaleLocalityWeight,
      boolean panicModeAny,
      boolean listAsAny,
      String metadataFallback,
      DecodeScope scope) {
    return new SubsetPolicy(
        within,
        fallback(fallback, scope.at("fallback_policy")),
        MetadataValues.decode(defaultSubset),
        selectors,
        localityWeightAware,
        scaleLocalityWeight,
        panicModeAny,
        listAsAny,
        metadataFallback.equals("FALLBACK_LIST"));
  }

  private static Selector selector(
      List<String> keys,
      boolean singleHost,
      String fallback,
      List<String> fallbackKeys,
      DecodeScope scope) {
    Fallback decoded = fallback(fallback, scope.at("fallback_policy"));
    TreeSet<String> all = new TreeSet<>(keys);
    TreeSet<String> fewer = new TreeSet<>(fallbackKeys);
    if (decoded == Fallback.KEYS_SUBSET) {
      scope
          .at("fallback_keys_subset")
          .require(
              !fewer.isEmpty() && all.containsAll(fewer) && fewer.size() < all.size(),
              "must be some, and not all, of the keys");
    } else {
      scope
          .at("fallback_keys_subset")
          .require(fewer.isEmpty(), "is for the fallback policy KEYS_SUBSET only");
    }
    scope
        .at("keys")
        .require(!singleHost || all.size() == 1, "must be one where each subset has a single host");
    return new Selector(all, singleHost, decoded, fewer);
  }

  private static Fallback fallback(String name, DecodeScope scope) {
    return switch (name) {
      case "NO_FALLBACK" -> Fallback.NO_FALLBACK;
      case "ANY_ENDPOINT" -> Fallback.ANY_ENDPOINT;
      case "DEFAULT_SUBSET" -> Fallback.DEFAULT_SUBSET;
      case "KEYS_SUBSET" -> Fallback.KEYS_SUBSET;
      case "NOT_DEFINED" -> Fallback.NOT_DEFINED;
      default -> {
        scope.problem("is not known");
        yield Fallback.NO_FALLBACK;
      }
    };
  }

  static Message encode(SubsetPolicy policy) {
    Subset.Builder encoded =
        Subset.newBuilder()
            .setFallbackPolicy(Subset.LbSubsetFallbackPolicy.valueOf(policy.fallback().name()))
            .setDefaultSubset(MetadataValues.encode(policy.defaultSubset()))
            .setLocalityWeightAware(policy.localityWeightAware())
            .setScaleLocalityWeight(policy.scaleLocalityWeight())
            .setPanicModeAny(policy.panicModeAny())
            .setListAsAny(policy.listAsAny())
            .setSubsetLbPolicy(LbExtensions.encode(policy.within()));
    if (policy.metadataFallback()) {
      encoded.setMetadataFallbackPolicy(Subset.LbSubsetMetadataFallbackPolicy.FALLBACK_LIST);
    }
    for (Selector selector : policy.selectors()) {
      encoded
          .addSubsetSelectorsBuilder()
          .addAllKeys(selector.keys())
          .setSingleHostPerSubset(selector.singleHost())
          .setFallbackPolicy(
              Subset.LbSubsetSelector.LbSubsetSelectorFallbackPolicy.valueOf(
                  selector.fallback().name()))
          .addAllFallbackKeysSubset(selector.fallbackKeys());
    }
    return encoded.build();
  }
}
