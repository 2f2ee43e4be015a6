package dev.weft.xds.codec;

import dev.weft.xds.model.Mirror;
import io.envoyproxy.envoy.config.route.v3.RouteAction.RequestMirrorPolicy;
import java.util.ArrayList;
import java.util.List;

/** {@code request_mirror_policies}, of routes and what is around them. */
final class Mirrors {
  private Mirrors() {}

  static List<Mirror> decode(List<RequestMirrorPolicy> policies, DecodeScope scope) {
    List<Mirror> mirrors = new ArrayList<>();
    for (int i = 0; i < policies.size(); i++) {
      RequestMirrorPolicy policy = policies.get(i);
      DecodeScope at = scope.at("request_mirror_policies", i);
      boolean fromHeader = !policy.getClusterHeader().isEmpty();
      at.require(
          policy.getCluster().isEmpty() == fromHeader,
          "must have one of cluster and cluster_header");
      mirrors.add(
          new Mirror(
              fromHeader
                  ? HeaderNames.matched(policy.getClusterHeader(), at.at("cluster_header"))
                  : policy.getCluster(),
              fromHeader,
              policy.hasRuntimeFraction()
                  ? Fractions.decode(policy.getRuntimeFraction(), at.at("runtime_fraction"))
                  : null,
              policy.getDisableShadowHostSuffixAppend(),
              policy.hasTraceSampled() ? policy.getTraceSampled().getValue() : null));
    }
    return mirrors;
  }

  static List<RequestMirrorPolicy> encode(List<Mirror> mirrors) {
    List<RequestMirrorPolicy> policies = new ArrayList<>();
    for (Mirror mirror : mirrors) {
      RequestMirrorPolicy.Builder policy =
          RequestMirrorPolicy.newBuilder().setDisableShadowHostSuffixAppend(mirror.keepsHost());
      if (mirror.fromHeader()) {
        policy.setClusterHeader(mirror.cluster());
      } else {
        policy.setCluster(mirror.cluster());
      }
      if (mirror.fraction() != null) {
        policy.setRuntimeFraction(Fractions.runtime(mirror.fraction()));
      }
      if (mirror.traced() != null) {
        policy.setTraceSampled(Wire.bool(mirror.traced()));
      }
      policies.add(policy.build());
    }
    return policies;
  }
}
