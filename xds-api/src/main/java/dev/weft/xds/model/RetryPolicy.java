package dev.weft.xds.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * When and how a try is repeated ({@code envoy.config.route.v3.RetryPolicy}).
 *
 * @param retriableHeaders of answers, any of which is worth another try where {@code retry_on} says
 *     so
 * @param retriableRequestHeaders of which a request has to have one to be repeated; empty for any
 *     request
 * @param numRetries besides the first try
 * @param perTryTimeout zero for none
 * @param perTryIdleTimeout how long an endpoint may say nothing, before its answer or in it; zero
 *     for none
 * @param backoffBase at least 1 ms
 * @param backoffMax at least the base
 * @param hosts which endpoints another try looks away from
 * @param rateLimited what endpoints may say of the time until the next try; null for nothing
 */
@RecordBuilder
public record RetryPolicy(
    Set<RetryOn> retryOn,
    List<Integer> retriableStatusCodes,
    List<HeaderMatch> retriableHeaders,
    List<HeaderMatch> retriableRequestHeaders,
    int numRetries,
    Duration perTryTimeout,
    Duration perTryIdleTimeout,
    Duration backoffBase,
    Duration backoffMax,
    HostSelection hosts,
    @Nullable RateLimitedBackoff rateLimited) {
  public RetryPolicy {
    retryOn = Set.copyOf(retryOn);
    retriableStatusCodes = List.copyOf(retriableStatusCodes);
    retriableHeaders = List.copyOf(retriableHeaders);
    retriableRequestHeaders = List.copyOf(retriableRequestHeaders);
  }

  /** For requests with these methods; none is any. */
  public RetryPolicy(
      Set<RetryOn> retryOn,
      List<Integer> retriableStatusCodes,
      List<String> retriableRequestMethods,
      int numRetries,
      Duration perTryTimeout,
      Duration backoffBase,
      Duration backoffMax,
      boolean avoidPreviousHosts) {
    this(
        retryOn,
        retriableStatusCodes,
        List.of(),
        retriableRequestMethods.stream()
            .map(method -> HeaderMatch.exact(":method", method))
            .toList(),
        numRetries,
        perTryTimeout,
        Duration.ZERO,
        backoffBase,
        backoffMax,
        avoidPreviousHosts ? HostSelection.OTHERS : HostSelection.ANY,
        null);
  }

  /**
   * Which endpoints another try looks away from; the first goes anywhere.
   *
   * @param predicates any of which rejects an endpoint
   * @param attempts how often one is chosen again while the choice is rejected, 1 at least; then
   *     what came is taken
   * @param prioritiesEvery priorities that were tried are left out, as they are known after every
   *     so many tries ({@code envoy.retry_priorities.previous_priorities}); 0 for never
   */
  public record HostSelection(List<HostPredicate> predicates, int attempts, int prioritiesEvery) {
    /** Any endpoint will do. */
    public static final HostSelection ANY = new HostSelection(List.of(), 1, 0);

    /** One that was not tried is looked for. */
    public static final HostSelection OTHERS =
        new HostSelection(List.of(new HostPredicate.Previous()), 5, 0);

    public HostSelection {
      predicates = List.copyOf(predicates);
    }
  }

  /** Rejects endpoints for another try ({@code retry_host_predicate}). */
  public sealed interface HostPredicate {
    /** Those that the request was at. */
    record Previous() implements HostPredicate {}

    /** Those whose metadata has {@code canary: true}. */
    record Canary() implements HostPredicate {}

    /**
     * Those whose metadata for balancing has all of these; where an endpoint has a list, one of its
     * values has to be the one.
     *
     * @param metadata of the {@code envoy.lb} namespace; empty rejects nobody
     */
    record Labelled(Map<String, MetadataValue> metadata) implements HostPredicate {
      public Labelled {
        metadata = Map.copyOf(metadata);
      }
    }
  }

  /**
   * Waits as long as an answer says ({@code RateLimitedRetryBackOff}).
   *
   * @param resetHeaders the first that says so counts; at least one
   * @param max more than this is not waited: such an answer says nothing
   */
  public record RateLimitedBackoff(List<ResetHeader> resetHeaders, Duration max) {
    public RateLimitedBackoff {
      resetHeaders = List.copyOf(resetHeaders);
    }
  }

  /**
   * A header that says when to come back.
   *
   * @param name lower case
   * @param timestamp whether it is a moment, in seconds since 1970, instead of seconds from now
   */
  public record ResetHeader(String name, boolean timestamp) {}

  /** A condition of {@code retry_on}, by the token Envoy gives it. */
  public enum RetryOn {
    FIVE_XX("5xx"),
    GATEWAY_ERROR("gateway-error"),
    RESET("reset"),
    RESET_BEFORE_REQUEST("reset-before-request"),
    /** Of HTTP/3 only: it never happens here. */
    HTTP3_POST_CONNECT_FAILURE("http3-post-connect-failure"),
    CONNECT_FAILURE("connect-failure"),
    ENVOY_RATELIMITED("envoy-ratelimited"),
    RETRIABLE_4XX("retriable-4xx"),
    REFUSED_STREAM("refused-stream"),
    RETRIABLE_STATUS_CODES("retriable-status-codes"),
    RETRIABLE_HEADERS("retriable-headers"),
    GRPC_CANCELLED("cancelled"),
    GRPC_DEADLINE_EXCEEDED("deadline-exceeded"),
    GRPC_INTERNAL("internal"),
    GRPC_RESOURCE_EXHAUSTED("resource-exhausted"),
    GRPC_UNAVAILABLE("unavailable");

    private final String token;

    RetryOn(String token) {
      this.token = token;
    }

    /** As it stands in {@code retry_on}. */
    public String token() {
      return token;
    }
  }
}
