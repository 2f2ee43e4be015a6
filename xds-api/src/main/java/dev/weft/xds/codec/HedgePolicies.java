package dev.weft.xds.codec;

import io.envoyproxy.envoy.config.route.v3.HedgePolicy;

/** {@code envoy.config.route.v3.HedgePolicy}. */
final class HedgePolicies {
  private HedgePolicies() {}

  static dev.weft.xds.model.HedgePolicy decode(HedgePolicy policy, DecodeScope scope) {
    if (policy.hasInitialRequests()) {
      DecodeScope at = scope.at("initial_requests");
      int initial = Wire.limit(policy.getInitialRequests());
      at.require(initial > 0, "must be at least 1");
      if (initial > 1) {
        at.warning("has no effect: one request is sent at first, as with Envoy");
      }
    }
    if (policy.hasAdditionalRequestChance()) {
      scope
          .at("additional_request_chance")
          .warning("has no effect: one request is sent at first, as with Envoy");
    }
    return new dev.weft.xds.model.HedgePolicy(policy.getHedgeOnPerTryTimeout());
  }

  static HedgePolicy encode(dev.weft.xds.model.HedgePolicy policy) {
    return HedgePolicy.newBuilder().setHedgeOnPerTryTimeout(policy.onPerTryTimeout()).build();
  }
}
