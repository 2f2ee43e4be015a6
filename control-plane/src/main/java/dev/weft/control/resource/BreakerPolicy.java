package dev.weft.control.resource;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When a sidecar asks a service no more for a while, for each rule or gRPC method.
 *
 * @param timeout until an answer begins; zero for none, null: 800 ms
 * @param maxConcurrent requests under way; null: 20
 * @param window in which requests count; null: 10 s
 * @param minRequests in the window; null: 20
 * @param failurePercent of them, 1..100; null: 50
 * @param resetTimeout until one request tries; null: 30 s
 * @param failureStatuses 400..599; empty: 500..599
 * @param failureGrpcStatuses empty: those that mean that the service failed
 * @param fallback null: 503
 */
public record BreakerPolicy(
    @Nullable Duration timeout,
    @Nullable Integer maxConcurrent,
    @Nullable Duration window,
    @Nullable Integer minRequests,
    @Nullable Integer failurePercent,
    @Nullable Duration resetTimeout,
    List<Integer> failureStatuses,
    List<GrpcStatus> failureGrpcStatuses,
    @Nullable Fallback fallback) {
  public BreakerPolicy {
    failureStatuses = List.copyOf(failureStatuses);
    failureGrpcStatuses = List.copyOf(failureGrpcStatuses);
  }

  /** gRPC's statuses but OK; their numbers are their places, from 1. */
  public enum GrpcStatus implements Token {
    CANCELLED,
    UNKNOWN,
    INVALID_ARGUMENT,
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    ALREADY_EXISTS,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    FAILED_PRECONDITION,
    ABORTED,
    OUT_OF_RANGE,
    UNIMPLEMENTED,
    INTERNAL,
    UNAVAILABLE,
    DATA_LOSS,
    UNAUTHENTICATED;

    @Override
    public String token() {
      return name();
    }

    /** As it stands in {@code grpc-status}. */
    public int number() {
      return ordinal() + 1;
    }
  }

  /** What is answered in place of a service that is not asked. */
  public sealed interface Fallback {
    /**
     * Always the same.
     *
     * @param status 200..599
     * @param headers by their names, in lower case
     * @param grpcStatus for gRPC callers; null: UNAVAILABLE
     */
    record Reply(
        int status, String body, Map<String, String> headers, @Nullable GrpcStatus grpcStatus)
        implements Fallback {
      public Reply {
        headers = Map.copyOf(headers);
      }
    }

    /** Another service, with the number of its port. */
    record OtherService(ServiceRef service) implements Fallback {}

    /**
     * The last answer to the same GET, to GET and HEAD.
     *
     * @param maxEntries null: 100
     * @param maxBodyBytes null: 64 KiB
     * @param maxAge null: 5 minutes
     */
    record LastGood(
        @Nullable Integer maxEntries, @Nullable Integer maxBodyBytes, @Nullable Duration maxAge)
        implements Fallback {}
  }
}
