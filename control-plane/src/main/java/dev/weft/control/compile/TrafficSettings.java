package dev.weft.control.compile;

import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.control.resource.TrafficPolicyResource;
import dev.weft.control.resource.TrafficPolicyResource.CircuitBreaker;
import dev.weft.control.resource.TrafficPolicyResource.LoadBalancing;
import dev.weft.control.resource.TrafficPolicyResource.OutlierDetection;
import dev.weft.control.resource.TrafficPolicyResource.Retries;
import dev.weft.control.resource.TrafficPolicyResource.RetryCondition;
import dev.weft.control.resource.TrafficPolicyResource.Timeouts;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How callers treat one service port: its policies, the mesh's defaults filled in.
 *
 * @param request bound of the whole exchange; zero for none
 * @param idle bound of silence on a stream, or on a TCP connection; zero for none
 * @param retry null never retries
 * @param outlier null never ejects
 */
record TrafficSettings(
    LbPolicy loadBalancing,
    Duration connect,
    Duration request,
    Duration idle,
    @Nullable RetryPolicy retry,
    Cluster.Thresholds thresholds,
    dev.weft.xds.model.@Nullable OutlierDetection outlier) {
  /** Envoy's. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  private static final Cluster.RetryBudget DEFAULT_BUDGET = new Cluster.RetryBudget(20, 3);
  private static final Duration MAX_EJECTION = Duration.ofMinutes(5);
  private static final Map<String, RetryOn> RETRY_ON =
      Arrays.stream(RetryOn.values()).collect(Collectors.toMap(RetryOn::token, on -> on));

  /** The policies of a port, the most specific first; the first that has a section counts. */
  static TrafficSettings of(Protocol protocol, List<TrafficPolicyResource> policies) {
    Timeouts timeouts = section(policies, TrafficPolicyResource::timeouts);
    Retries retries = section(policies, TrafficPolicyResource::retries);
    return new TrafficSettings(
        loadBalancing(section(policies, TrafficPolicyResource::loadBalancing)),
        orElse(timeouts == null ? null : timeouts.connect(), CONNECT_TIMEOUT),
        orElse(timeouts == null ? null : timeouts.request(), defaultRequest(protocol)),
        orElse(timeouts == null ? null : timeouts.idle(), defaultIdle(protocol)),
        protocol.isHttp() ? retry(protocol, retries) : null,
        thresholds(section(policies, TrafficPolicyResource::circuitBreaker), retries),
        outlier(section(policies, TrafficPolicyResource::outlierDetection)));
  }

  private static <T> @Nullable T section(
      List<TrafficPolicyResource> policies, Function<TrafficPolicyResource, @Nullable T> part) {
    for (TrafficPolicyResource policy : policies) {
      T section = part.apply(policy);
      if (section != null) {
        return section;
      }
    }
    return null;
  }

  private static Duration defaultRequest(Protocol protocol) {
    return switch (protocol) {
      case HTTP, HTTP2 -> Duration.ofSeconds(15);
      case GRPC, TCP -> Duration.ZERO;
    };
  }

  private static Duration defaultIdle(Protocol protocol) {
    return switch (protocol) {
      case HTTP, HTTP2 -> Duration.ofMinutes(5);
      // A stream of messages may be silent for as long as it likes.
      case GRPC -> Duration.ZERO;
      case TCP -> Duration.ofHours(1);
    };
  }

  private static LbPolicy loadBalancing(@Nullable LoadBalancing policy) {
    return switch (orElse(policy, LoadBalancing.ROUND_ROBIN)) {
      case ROUND_ROBIN -> new LbPolicy.RoundRobin();
      case LEAST_REQUEST -> new LbPolicy.LeastRequest(2);
      case RANDOM -> new LbPolicy.Random();
    };
  }

  private static @Nullable RetryPolicy retry(Protocol protocol, @Nullable Retries retries) {
    if (retries != null && retries.attempts() == 0) {
      return null;
    }
    var backoff = retries == null ? null : retries.backoff();
    return new RetryPolicy(
        retries == null || retries.on().isEmpty() ? defaultRetryOn(protocol) : on(retries.on()),
        List.of(),
        List.of(),
        retries == null ? 2 : retries.attempts(),
        orElse(retries == null ? null : retries.perTryTimeout(), Duration.ZERO),
        backoff == null ? Duration.ofMillis(25) : backoff.base(),
        backoff == null ? Duration.ofMillis(250) : backoff.max(),
        true);
  }

  private static Set<RetryOn> defaultRetryOn(Protocol protocol) {
    Set<RetryOn> on =
        EnumSet.of(RetryOn.CONNECT_FAILURE, RetryOn.REFUSED_STREAM, RetryOn.RESET_BEFORE_REQUEST);
    if (protocol == Protocol.GRPC) {
      on.add(RetryOn.GRPC_UNAVAILABLE);
    }
    return on;
  }

  private static Set<RetryOn> on(Set<RetryCondition> conditions) {
    Set<RetryOn> on = EnumSet.noneOf(RetryOn.class);
    conditions.forEach(
        condition -> on.add(Objects.requireNonNull(RETRY_ON.get(condition.token()))));
    return on;
  }

  private static Cluster.Thresholds thresholds(
      @Nullable CircuitBreaker breaker, @Nullable Retries retries) {
    Cluster.Thresholds defaults = Cluster.Thresholds.DEFAULTS;
    var budget = retries == null ? null : retries.budget();
    Integer maxRetries = breaker == null ? null : breaker.maxRetries();
    return new Cluster.Thresholds(
        orElse(breaker == null ? null : breaker.maxConnections(), defaults.maxConnections()),
        orElse(
            breaker == null ? null : breaker.maxPendingRequests(), defaults.maxPendingRequests()),
        orElse(breaker == null ? null : breaker.maxRequests(), defaults.maxRequests()),
        orElse(maxRetries, defaults.maxRetries()),
        budget != null
            ? new Cluster.RetryBudget(budget.percent(), budget.minConcurrency())
            // A budget overrides the number: who gives only a number means the number.
            : maxRetries == null ? DEFAULT_BUDGET : null);
  }

  private static dev.weft.xds.model.@Nullable OutlierDetection outlier(
      @Nullable OutlierDetection policy) {
    int errors = orElse(policy == null ? null : policy.consecutiveErrors(), 5);
    if (errors == 0) {
      return null;
    }
    Duration base =
        orElse(policy == null ? null : policy.baseEjectionTime(), Duration.ofSeconds(30));
    return dev.weft.xds.model.OutlierDetection.consecutive5xx(
        errors,
        orElse(policy == null ? null : policy.interval(), Duration.ofSeconds(10)),
        new dev.weft.xds.model.OutlierDetection.Ejection(
            base,
            base.compareTo(MAX_EJECTION) > 0 ? base : MAX_EJECTION,
            Duration.ZERO,
            orElse(policy == null ? null : policy.maxEjectionPercent(), 50),
            false));
  }

  private static <T> T orElse(@Nullable T value, T fallback) {
    return value == null ? fallback : value;
  }
}
