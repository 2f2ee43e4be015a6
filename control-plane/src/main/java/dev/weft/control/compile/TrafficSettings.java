package dev.weft.control.compile;

import dev.weft.control.resource.BreakerPolicy;
import dev.weft.control.resource.HealthCheckPolicy;
import dev.weft.control.resource.LongStreamsPolicy;
import dev.weft.control.resource.RedirectPolicy;
import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.control.resource.TrafficPolicyResource;
import dev.weft.control.resource.TrafficPolicyResource.CircuitBreaker;
import dev.weft.control.resource.TrafficPolicyResource.Retries;
import dev.weft.control.resource.TrafficPolicyResource.Timeouts;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Fault;
import dev.weft.xds.model.InternalRedirectPolicy;
import dev.weft.xds.model.LocalRateLimit;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How callers treat one service port: its policies, the mesh's defaults filled in.
 *
 * @param request bound of the whole exchange; zero for none
 * @param idle bound of silence on a stream, or on a TCP connection; zero for none
 * @param maxStream bound of a stream's whole life; null for none
 * @param budget whether the time that a request has gets less from hop to hop
 * @param retry null never retries
 * @param hedges whether a try that takes too long goes on beside the next
 * @param redirects of instances that the caller's sidecar follows; null for none
 * @param breaker null never keeps requests back
 * @param streams what bounds requests that last; null for nothing
 * @param fault null for no failures on purpose
 * @param limit of each instance, by its own sidecar; null for none
 * @param outlier null never ejects
 * @param health null never asks; what is asked may not suit the port
 */
record TrafficSettings(
    BalancingSettings balancing,
    Duration connect,
    Duration request,
    Duration idle,
    @Nullable Duration maxStream,
    boolean budget,
    @Nullable RetryPolicy retry,
    boolean hedges,
    PoolSettings pool,
    @Nullable InternalRedirectPolicy redirects,
    @Nullable BreakerPolicy breaker,
    @Nullable LongStreamsPolicy streams,
    @Nullable Fault fault,
    @Nullable LocalRateLimit limit,
    Cluster.Thresholds thresholds,
    @Nullable OutlierDetection outlier,
    @Nullable HealthCheckPolicy health) {
  /** Envoy's. */
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

  /** Retries are under way, too: 15 % of all that is are at most 18 % of the first tries. */
  private static final Cluster.RetryBudget DEFAULT_BUDGET = new Cluster.RetryBudget(15, 3);

  /** The policies of a port, the most specific first; the first that has a section counts. */
  static TrafficSettings of(Protocol protocol, List<TrafficPolicyResource> policies) {
    Timeouts timeouts = section(policies, TrafficPolicyResource::timeouts);
    Retries retries = section(policies, TrafficPolicyResource::retries);
    boolean http = protocol.isHttp();
    Duration maxStream = timeouts == null ? null : positive(timeouts.maxStreamDuration());
    return new TrafficSettings(
        BalancingSettings.of(http, section(policies, TrafficPolicyResource::loadBalancing)),
        orElse(timeouts == null ? null : timeouts.connect(), CONNECT_TIMEOUT),
        orElse(
            timeouts == null ? null : timeouts.request(),
            maxStream == null ? defaultRequest(protocol) : Duration.ZERO),
        orElse(timeouts == null ? null : timeouts.idle(), defaultIdle(protocol)),
        maxStream,
        timeouts != null && timeouts.budget(),
        http ? RetryTranslator.ofPort(protocol, retries) : null,
        retries != null && retries.hedge(),
        PoolSettings.of(
            protocol == Protocol.HTTP2 || protocol == Protocol.GRPC,
            section(policies, TrafficPolicyResource::connectionPool)),
        http ? redirects(section(policies, TrafficPolicyResource::redirects)) : null,
        http ? section(policies, TrafficPolicyResource::errorRateBreaker) : null,
        http ? section(policies, TrafficPolicyResource::longStreams) : null,
        http ? FilterTranslator.fault(section(policies, TrafficPolicyResource::faults)) : null,
        http ? FilterTranslator.limit(section(policies, TrafficPolicyResource::rateLimit)) : null,
        thresholds(section(policies, TrafficPolicyResource::circuitBreaker), retries),
        HealthSettings.outlier(section(policies, TrafficPolicyResource::outlierDetection)),
        section(policies, TrafficPolicyResource::healthCheck));
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

  private static @Nullable Duration positive(@Nullable Duration duration) {
    return duration == null || duration.isZero() ? null : duration;
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

  private static @Nullable InternalRedirectPolicy redirects(@Nullable RedirectPolicy said) {
    return said == null
        ? null
        : new InternalRedirectPolicy(
            said.max(), said.statusCodes(), List.of(), false, said.copyHeaders());
  }

  private static <T> T orElse(@Nullable T value, T fallback) {
    return value == null ? fallback : value;
  }
}
