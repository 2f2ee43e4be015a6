package dev.weft.control.resource;

import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How callers treat a service, or one of its ports; null parts keep the mesh's defaults. */
public record TrafficPolicyResource(
    Metadata metadata,
    TargetRef target,
    @Nullable LoadBalancing loadBalancing,
    @Nullable Timeouts timeouts,
    @Nullable Retries retries,
    @Nullable CircuitBreaker circuitBreaker,
    @Nullable OutlierDetection outlierDetection)
    implements Resource {

  /** How an instance is chosen. */
  public enum LoadBalancing implements Token {
    ROUND_ROBIN("RoundRobin"),
    LEAST_REQUEST("LeastRequest"),
    RANDOM("Random");

    private final String token;

    LoadBalancing(String token) {
      this.token = token;
    }

    @Override
    public String token() {
      return token;
    }
  }

  /**
   * Bounds of waiting; zero means none.
   *
   * @param connect never zero
   * @param request the whole exchange, tries included
   * @param idle silence on a stream
   */
  public record Timeouts(
      @Nullable Duration connect, @Nullable Duration request, @Nullable Duration idle) {}

  /**
   * When and how often a try is repeated.
   *
   * @param attempts besides the first try; zero: never
   * @param perTryTimeout zero: none
   * @param on empty: the mesh's defaults
   */
  public record Retries(
      int attempts,
      @Nullable Duration perTryTimeout,
      Set<RetryCondition> on,
      @Nullable Backoff backoff,
      @Nullable Budget budget) {
    public Retries {
      on = Set.copyOf(on);
    }
  }

  /** Pauses between tries grow from base to max. */
  public record Backoff(Duration base, Duration max) {}

  /**
   * How many retries may be under way at once.
   *
   * @param percent of the requests under way, 0..100
   * @param minConcurrency always allowed
   */
  public record Budget(double percent, int minConcurrency) {}

  /** Why a try is repeated; tokens are those of Envoy's {@code retry_on}. */
  public enum RetryCondition implements Token {
    FIVE_XX("5xx"),
    GATEWAY_ERROR("gateway-error"),
    RESET("reset"),
    RESET_BEFORE_REQUEST("reset-before-request"),
    CONNECT_FAILURE("connect-failure"),
    REFUSED_STREAM("refused-stream"),
    RETRIABLE_4XX("retriable-4xx"),
    CANCELLED("cancelled"),
    DEADLINE_EXCEEDED("deadline-exceeded"),
    INTERNAL("internal"),
    RESOURCE_EXHAUSTED("resource-exhausted"),
    UNAVAILABLE("unavailable");

    private final String token;

    RetryCondition(String token) {
      this.token = token;
    }

    @Override
    public String token() {
      return token;
    }
  }

  /** What may be under way towards the service at once, per sidecar. */
  public record CircuitBreaker(
      @Nullable Integer maxConnections,
      @Nullable Integer maxPendingRequests,
      @Nullable Integer maxRequests,
      @Nullable Integer maxRetries) {}

  /**
   * When an instance is left out for a while.
   *
   * @param consecutiveErrors in a row; zero: never
   * @param baseEjectionTime multiplied by the number of times it was left out
   * @param maxEjectionPercent of the instances, 0..100
   */
  public record OutlierDetection(
      @Nullable Integer consecutiveErrors,
      @Nullable Duration interval,
      @Nullable Duration baseEjectionTime,
      @Nullable Integer maxEjectionPercent) {}
}
