package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import dev.weft.xds.model.RetryPolicy.HostPredicate;
import dev.weft.xds.model.RetryPolicy.HostSelection;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryHostPredicate;
import io.envoyproxy.envoy.config.route.v3.RetryPolicy.RetryPriority;
import io.envoyproxy.envoy.extensions.retry.host.omit_canary_hosts.v3.OmitCanaryHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.host.omit_host_metadata.v3.OmitHostMetadataConfig;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.retry.priority.previous_priorities.v3.PreviousPrioritiesConfig;
import java.util.ArrayList;
import java.util.List;

/** Where an {@code envoy.config.route.v3.RetryPolicy} sends another try. */
final class RetryHosts {
  private static final PreviousHostsPredicate PREVIOUS =
      PreviousHostsPredicate.getDefaultInstance();
  private static final OmitCanaryHostsPredicate CANARY =
      OmitCanaryHostsPredicate.getDefaultInstance();
  private static final OmitHostMetadataConfig LABELLED =
      OmitHostMetadataConfig.getDefaultInstance();
  private static final PreviousPrioritiesConfig PRIORITIES =
      PreviousPrioritiesConfig.getDefaultInstance();

  private RetryHosts() {}

  static HostSelection decode(RetryPolicy policy, DecodeScope scope) {
    List<HostPredicate> predicates = new ArrayList<>();
    for (int i = 0; i < policy.getRetryHostPredicateCount(); i++) {
      DecodeScope at = scope.at("retry_host_predicate", i).at("typed_config");
      Any config = policy.getRetryHostPredicate(i).getTypedConfig();
      if (Extensions.is(config, PREVIOUS)) {
        at.unpack(config, PREVIOUS);
        predicates.add(new HostPredicate.Previous());
      } else if (Extensions.is(config, CANARY)) {
        at.unpack(config, CANARY);
        predicates.add(new HostPredicate.Canary());
      } else if (Extensions.is(config, LABELLED)) {
        OmitHostMetadataConfig labels = at.unpack(config, LABELLED);
        if (labels != null) {
          predicates.add(
              new HostPredicate.Labelled(MetadataValues.balancing(labels.getMetadataMatch())));
        }
      } else {
        at.problem("\"" + DecodeScope.typeName(config) + "\" is not supported");
      }
    }
    return new HostSelection(predicates, attempts(policy, scope), prioritiesEvery(policy, scope));
  }

  /** As with Envoy 0 is as if nothing were said. */
  private static int attempts(RetryPolicy policy, DecodeScope scope) {
    long said = policy.getHostSelectionRetryMaxAttempts();
    scope.at("host_selection_retry_max_attempts").require(said >= 0, "must not be negative");
    return (int) Math.clamp(said, 1, Integer.MAX_VALUE);
  }

  private static int prioritiesEvery(RetryPolicy policy, DecodeScope scope) {
    if (!policy.hasRetryPriority()) {
      return 0;
    }
    DecodeScope at = scope.at("retry_priority").at("typed_config");
    Any config = policy.getRetryPriority().getTypedConfig();
    if (!Extensions.is(config, PRIORITIES)) {
      at.problem("\"" + DecodeScope.typeName(config) + "\" is not supported");
      return 0;
    }
    PreviousPrioritiesConfig priorities = at.unpack(config, PRIORITIES);
    if (priorities == null) {
      return 0;
    }
    int every = priorities.getUpdateFrequency();
    at.at("update_frequency").require(every > 0, "must be greater than 0");
    return Math.max(0, every);
  }

  static void encode(HostSelection hosts, RetryPolicy.Builder encoded) {
    for (HostPredicate predicate : hosts.predicates()) {
      encoded.addRetryHostPredicate(
          switch (predicate) {
            case HostPredicate.Previous() -> encode("previous_hosts", PREVIOUS);
            case HostPredicate.Canary() -> encode("omit_canary_hosts", CANARY);
            case HostPredicate.Labelled(var metadata) ->
                encode(
                    "omit_host_metadata",
                    metadata.isEmpty()
                        ? LABELLED
                        : OmitHostMetadataConfig.newBuilder()
                            .setMetadataMatch(MetadataValues.balancing(metadata))
                            .build());
          });
    }
    if (hosts.attempts() > 1) {
      encoded.setHostSelectionRetryMaxAttempts(hosts.attempts());
    }
    if (hosts.prioritiesEvery() > 0) {
      encoded.setRetryPriority(
          RetryPriority.newBuilder()
              .setName("envoy.retry_priorities.previous_priorities")
              .setTypedConfig(
                  Extensions.pack(
                      PreviousPrioritiesConfig.newBuilder()
                          .setUpdateFrequency(hosts.prioritiesEvery())
                          .build())));
    }
  }

  private static RetryHostPredicate encode(String name, Message config) {
    return RetryHostPredicate.newBuilder()
        .setName("envoy.retry_host_predicates." + name)
        .setTypedConfig(Extensions.pack(config))
        .build();
  }
}
