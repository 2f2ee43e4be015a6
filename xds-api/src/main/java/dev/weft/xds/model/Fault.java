package dev.weft.xds.model;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Faults to inject ({@code envoy.extensions.filters.http.fault.v3.HTTPFault}).
 *
 * @param upstreamCluster only requests to this one; empty for all
 * @param headers all of which must match
 * @param downstreamNodes only requests whose {@code x-envoy-downstream-service-node} is one of
 *     these; empty for all
 * @param maxActive how many at once; null for no limit
 * @param clusterStats whether faults are counted by the calling cluster, too
 */
public record Fault(
    @Nullable Delay delay,
    @Nullable Abort abort,
    String upstreamCluster,
    List<HeaderMatch> headers,
    List<String> downstreamNodes,
    @Nullable Integer maxActive,
    boolean clusterStats)
    implements HttpFilterRouteConfig {
  public Fault {
    headers = List.copyOf(headers);
    downstreamNodes = List.copyOf(downstreamNodes);
  }

  /**
   * Waits before a request goes on.
   *
   * @param fixed null where the request's headers say how long
   */
  public record Delay(@Nullable Duration fixed, Fraction percentage) {}

  /**
   * Answers a request.
   *
   * @param status 200..599; null where another component says what
   * @param grpcStatus null where another component says what; where both are, the request's headers
   */
  public record Abort(
      @Nullable Integer status, @Nullable Integer grpcStatus, Fraction percentage) {}
}
