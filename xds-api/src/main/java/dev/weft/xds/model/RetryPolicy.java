package dev.weft.xds.model;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * When and how a try is repeated ({@code envoy.config.route.v3.RetryPolicy}).
 *
 * @param numRetries besides the first try
 * @param perTryTimeout zero for none
 * @param backoffBase at least 1 ms
 * @param backoffMax at least the base
 */
public record RetryPolicy(
    Set<RetryOn> retryOn,
    List<Integer> retriableStatusCodes,
    List<String> retriableRequestMethods,
    int numRetries,
    Duration perTryTimeout,
    Duration backoffBase,
    Duration backoffMax,
    boolean avoidPreviousHosts) {
  public RetryPolicy {
    retryOn = Set.copyOf(retryOn);
    retriableStatusCodes = List.copyOf(retriableStatusCodes);
    retriableRequestMethods = List.copyOf(retriableRequestMethods);
  }

  /** A condition of {@code retry_on}, by the token Envoy gives it. */
  public enum RetryOn {
    FIVE_XX("5xx"),
    GATEWAY_ERROR("gateway-error"),
    RESET("reset"),
    RESET_BEFORE_REQUEST("reset-before-request"),
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
