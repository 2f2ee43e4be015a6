package dev.weft.xds.model;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * When requests to a cluster's method are kept back, and what is answered then ({@code
 * weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker}).
 *
 * @param timeout from the complete request to the beginning of its answer; zero for none
 * @param maxConcurrent how many requests may be under way at once, at least 1
 * @param window how long a request counts, at least 100 ms
 * @param minRequests with fewer in the window it does not open, at least 1
 * @param failurePercent of the requests in the window that open it, 1..100
 * @param resetTimeout how long it is open before a trial, and how long a trial may take; positive
 * @param failureStatuses HTTP statuses that are failures; empty: 500..599
 * @param failureGrpcStatuses numbers of gRPC statuses that are failures; never empty
 */
public record ErrorRateBreaker(
    Duration timeout,
    int maxConcurrent,
    Duration window,
    int minRequests,
    int failurePercent,
    Duration resetTimeout,
    SortedSet<Integer> failureStatuses,
    SortedSet<Integer> failureGrpcStatuses,
    Fallback fallback)
    implements HttpFilterRouteConfig {
  /** UNKNOWN, DEADLINE_EXCEEDED, INTERNAL, UNAVAILABLE, DATA_LOSS. */
  public static final List<Integer> FAILURES = List.of(2, 4, 13, 14, 15);

  /** As it is where nothing is said. */
  public static final ErrorRateBreaker DEFAULT =
      new ErrorRateBreaker(
          Duration.ofMillis(800),
          20,
          Duration.ofSeconds(10),
          20,
          50,
          Duration.ofSeconds(30),
          new TreeSet<>(),
          new TreeSet<>(FAILURES),
          new Fallback.None());

  public ErrorRateBreaker {
    failureStatuses = Collections.unmodifiableSortedSet(new TreeSet<>(failureStatuses));
    failureGrpcStatuses = Collections.unmodifiableSortedSet(new TreeSet<>(failureGrpcStatuses));
  }

  /** What is answered in place of a service that is not asked. */
  public sealed interface Fallback {
    /** 503, to gRPC callers UNAVAILABLE. */
    record None() implements Fallback {}

    /**
     * Always the same.
     *
     * @param status 200..599
     * @param grpcStatus for gRPC callers, 1..16
     */
    record Reply(int status, String body, SortedMap<String, String> headers, int grpcStatus)
        implements Fallback {
      /** UNAVAILABLE. */
      public static final int UNAVAILABLE = 14;

      public Reply {
        headers = Collections.unmodifiableSortedMap(new TreeMap<>(headers));
      }

      /** Without headers, and UNAVAILABLE for gRPC callers. */
      public static Reply of(int status, String body) {
        return new Reply(status, body, new TreeMap<>(Map.of()), UNAVAILABLE);
      }
    }

    /** Another cluster is asked. */
    record Cluster(String cluster) implements Fallback {}

    /**
     * The last answer to the same request, where there is one.
     *
     * @param maxEntries how many are kept of a cluster, 1..10000
     * @param maxBodyBytes of each, 1..1 MiB
     * @param maxAge positive
     */
    record LastGood(int maxEntries, int maxBodyBytes, Duration maxAge) implements Fallback {
      /** As it is where nothing is said. */
      public static final LastGood DEFAULT = new LastGood(100, 64 * 1024, Duration.ofMinutes(5));
    }
  }
}
