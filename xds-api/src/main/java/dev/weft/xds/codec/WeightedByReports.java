package dev.weft.xds.codec;

import com.google.protobuf.FloatValue;
import com.google.protobuf.Message;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.ClientSideWeighted;
import dev.weft.xds.model.LbPolicy.LocalityLb;
import dev.weft.xds.model.LbPolicy.LocalityWeighted;
import io.envoyproxy.envoy.extensions.load_balancing_policies.client_side_weighted_round_robin.v3.ClientSideWeightedRoundRobin;
import io.envoyproxy.envoy.extensions.load_balancing_policies.wrr_locality.v3.WrrLocality;
import java.time.Duration;

/** Round robin by ORCA reports, with or without weights of localities. */
final class WeightedByReports {
  private static final Duration DEFAULT_BLACKOUT = Duration.ofSeconds(10);
  private static final Duration DEFAULT_EXPIRATION = Duration.ofMinutes(3);
  private static final Duration DEFAULT_UPDATE = Duration.ofSeconds(1);
  private static final Duration SHORTEST_UPDATE = Duration.ofMillis(100);

  private WeightedByReports() {}

  static ClientSideWeighted decode(ClientSideWeightedRoundRobin policy, DecodeScope scope) {
    Duration update =
        policy.hasWeightUpdatePeriod()
            ? Wire.duration(policy.getWeightUpdatePeriod(), scope.at("weight_update_period"))
            : DEFAULT_UPDATE;
    float penalty =
        policy.hasErrorUtilizationPenalty() ? policy.getErrorUtilizationPenalty().getValue() : 1;
    scope
        .at("error_utilization_penalty")
        .require(penalty >= 0 && Float.isFinite(penalty), "must be at least 0");
    return new ClientSideWeighted(
        policy.hasBlackoutPeriod()
            ? Wire.duration(policy.getBlackoutPeriod(), scope.at("blackout_period"))
            : DEFAULT_BLACKOUT,
        policy.hasWeightExpirationPeriod()
            ? Wire.duration(
                policy.getWeightExpirationPeriod(), scope.at("weight_expiration_period"))
            : DEFAULT_EXPIRATION,
        update.compareTo(SHORTEST_UPDATE) < 0 ? SHORTEST_UPDATE : update,
        penalty,
        policy.getMetricNamesForComputingUtilizationList(),
        LocalityLb.DEFAULT);
  }

  /** As Envoy, which has weights of localities around this policy only. */
  static LbPolicy byLocality(LbPolicy within, DecodeScope scope) {
    if (within instanceof ClientSideWeighted weighted) {
      return new ClientSideWeighted(
          weighted.blackout(),
          weighted.expiration(),
          weighted.update(),
          weighted.errorPenalty(),
          weighted.metrics(),
          new LocalityWeighted());
    }
    scope.problem("must be ClientSideWeightedRoundRobin");
    return within;
  }

  static Message encode(ClientSideWeighted weighted) {
    ClientSideWeightedRoundRobin message =
        ClientSideWeightedRoundRobin.newBuilder()
            .setBlackoutPeriod(Wire.duration(weighted.blackout()))
            .setWeightExpirationPeriod(Wire.duration(weighted.expiration()))
            .setWeightUpdatePeriod(Wire.duration(weighted.update()))
            .setErrorUtilizationPenalty(FloatValue.of((float) weighted.errorPenalty()))
            .addAllMetricNamesForComputingUtilization(weighted.metrics())
            .build();
    return weighted.locality() instanceof LocalityWeighted
        ? WrrLocality.newBuilder().setEndpointPickingPolicy(LbExtensions.policy(message)).build()
        : message;
  }
}
