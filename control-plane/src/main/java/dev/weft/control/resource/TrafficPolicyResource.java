package dev.weft.control.resource;

import java.time.Duration;
import java.util.List;
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
    @Nullable BreakerPolicy errorRateBreaker,
    @Nullable LongStreamsPolicy longStreams,
    @Nullable ConnectionPoolPolicy connectionPool,
    @Nullable RedirectPolicy redirects,
    @Nullable OutlierPolicy outlierDetection,
    @Nullable HealthCheckPolicy healthCheck,
    @Nullable Faults faults,
    @Nullable RateLimit rateLimit)
    implements Resource {

  /**
   * How an instance is chosen.
   *
   * @param choices how many are drawn, 2..100; of {@link Balancer#LEAST_REQUEST}
   * @param slowStart of {@link Balancer#ROUND_ROBIN} and {@link Balancer#LEAST_REQUEST}
   * @param hash there exactly where the balancer places by one
   * @param decay after which a latency counts 1/e of what it did; of {@link Balancer#PEAK_EWMA}
   * @param reports of {@link Balancer#REPORTED_LOAD}; null: the defaults
   * @param panicPercent of healthy instances, 0..100, below which all are used
   * @param locality null: wherever they are
   */
  public record LoadBalancing(
      Balancer policy,
      @Nullable Integer choices,
      @Nullable SlowStart slowStart,
      @Nullable Hash hash,
      @Nullable Duration decay,
      @Nullable LoadReportsPolicy reports,
      @Nullable Integer panicPercent,
      @Nullable LocalityPolicy locality) {
    /** One after the other. */
    public static final LoadBalancing DEFAULT = of(Balancer.ROUND_ROBIN);

    /** With the balancer's defaults. */
    public static LoadBalancing of(Balancer policy) {
      return new LoadBalancing(policy, null, null, null, null, null, null, null);
    }
  }

  /** The ways to choose an instance. */
  public enum Balancer implements Token {
    ROUND_ROBIN("RoundRobin"),
    LEAST_REQUEST("LeastRequest"),
    RANDOM("Random"),
    RING_HASH("RingHash"),
    MAGLEV("Maglev"),
    PEAK_EWMA("PeakEwma"),
    REPORTED_LOAD("ReportedLoad");

    private final String token;

    Balancer(String token) {
      this.token = token;
    }

    @Override
    public String token() {
      return token;
    }

    /** Whether it places requests by a hash of something in them. */
    public boolean hashes() {
      return this == RING_HASH || this == MAGLEV;
    }
  }

  /**
   * New instances get their share little by little.
   *
   * @param aggression more than 1 begins faster
   * @param minPercent of its share to begin with, 0..100
   */
  public record SlowStart(Duration window, double aggression, double minPercent) {}

  /**
   * What requests are placed by.
   *
   * @param on the first that a request has counts; at least one
   * @param boundedLoadPercent of the average load that an instance may have; null for any
   */
  public record Hash(List<HashKey> on, @Nullable Integer boundedLoadPercent) {
    public Hash {
      on = List.copyOf(on);
    }
  }

  /** Something in a request that is the same for requests that belong together. */
  public sealed interface HashKey {
    /** A header's value. */
    record Header(String name) implements HashKey {}

    /**
     * A cookie.
     *
     * @param ttl of the one that a client without it gets, zero for as long as the client runs;
     *     null gives none
     * @param path of that one; null for the client to choose
     */
    record Cookie(String name, @Nullable Duration ttl, @Nullable String path) implements HashKey {}

    /** The value of a query parameter. */
    record QueryParam(String name) implements HashKey {}
  }

  /**
   * Bounds of waiting; zero means none.
   *
   * @param connect never zero
   * @param request the whole exchange, tries included
   * @param idle silence on a stream
   * @param maxStreamDuration the whole life of a request or stream, whatever comes and goes
   * @param budget whether the time that a request has gets less from hop to hop
   */
  public record Timeouts(
      @Nullable Duration connect,
      @Nullable Duration request,
      @Nullable Duration idle,
      @Nullable Duration maxStreamDuration,
      boolean budget) {}

  /**
   * When and how often a try is repeated.
   *
   * @param attempts besides the first try; zero: never
   * @param perTryTimeout zero: none
   * @param perTryIdleTimeout how long an instance may say nothing; zero: for ever
   * @param hedge whether a try that takes longer goes on beside the next
   * @param on empty: the mesh's defaults
   * @param statusCodes of answers that are worth another try besides, 400..599
   * @param responseHeaders of answers, any of which is worth another try besides
   * @param methods of requests that may be tried again; empty: all
   */
  public record Retries(
      int attempts,
      @Nullable Duration perTryTimeout,
      @Nullable Duration perTryIdleTimeout,
      boolean hedge,
      Set<RetryCondition> on,
      List<Integer> statusCodes,
      List<ValueMatch> responseHeaders,
      List<String> methods,
      @Nullable Backoff backoff,
      @Nullable RateLimitedBackoff rateLimitedBackoff,
      @Nullable Budget budget) {
    public Retries {
      on = Set.copyOf(on);
      statusCodes = List.copyOf(statusCodes);
      responseHeaders = List.copyOf(responseHeaders);
      methods = List.copyOf(methods);
    }
  }

  /**
   * Waits as long as an answer says.
   *
   * @param headers the first that says a time counts; at least one
   * @param max longer times are not waited, but {@link Backoff}'s; null: 5 minutes
   */
  public record RateLimitedBackoff(List<ResetHeader> headers, @Nullable Duration max) {
    public RateLimitedBackoff {
      headers = List.copyOf(headers);
    }
  }

  /** A header that says when to come back. */
  public record ResetHeader(String name, ResetFormat format) {}

  /** What the number in a {@link ResetHeader} means. */
  public enum ResetFormat implements Token {
    SECONDS("Seconds"),
    UNIX_TIMESTAMP("UnixTimestamp");

    private final String token;

    ResetFormat(String token) {
      this.token = token;
    }

    @Override
    public String token() {
      return token;
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
    ENVOY_RATELIMITED("envoy-ratelimited"),
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
   * Failures on purpose, before a request leaves the caller's sidecar.
   *
   * @param headers all of which a request must have to fail
   * @param maxActive at once in a sidecar; null: any number
   */
  public record Faults(
      @Nullable Delay delay,
      @Nullable Abort abort,
      List<ValueMatch> headers,
      @Nullable Integer maxActive) {
    public Faults {
      headers = List.copyOf(headers);
    }
  }

  /** Waits; percent of requests, 0..100. */
  public record Delay(Duration duration, double percent) {}

  /**
   * Answers; one of the statuses is there.
   *
   * @param percent of requests, 0..100
   */
  public record Abort(@Nullable Integer httpStatus, @Nullable Integer grpcStatus, double percent) {}

  /**
   * What one instance takes from all its callers together, by its own sidecar.
   *
   * @param requests that may come in each {@code per}
   * @param burst at once after a quiet time
   */
  public record RateLimit(int requests, Duration per, int burst) {}
}
