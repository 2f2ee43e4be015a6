package dev.weft.xds.model;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Routes of a set of host names.
 *
 * @param domains exact, {@code *.suffix}, {@code prefix.*} or {@code *}; the most specific wins,
 *     whatever the order
 * @param routes the first that matches wins
 * @param retry used by routes without a policy of their own
 * @param hedge used by routes without a policy of their own
 * @param oneLayer whether proxies of a chain of calls tell each other of retries, so that only the
 *     one nearest to a failure tries again
 * @param deadlines what is made of the time that callers give; null for nothing
 * @param requireTls whose plaintext requests are redirected to {@code https}
 * @param bufferLimit bytes of a request's body that may be kept for another try; null for as many
 *     as the proxy keeps
 * @param mirrors of routes without mirrors of their own
 * @param filters what it says of HTTP filters, by their names
 * @param virtualClusters whose requests are counted together: each counts for the first that fits,
 *     and for one called "other" if none does, where there are any
 */
@RecordBuilder
public record VirtualHost(
    String name,
    List<String> domains,
    List<Route> routes,
    HeaderMutations headers,
    @Nullable RetryPolicy retry,
    @Nullable HedgePolicy hedge,
    boolean oneLayer,
    @Nullable DeadlineBudget deadlines,
    AttemptCount attemptCount,
    RequireTls requireTls,
    @Nullable Integer bufferLimit,
    List<Mirror> mirrors,
    Map<String, FilterOverride> filters,
    List<VirtualCluster> virtualClusters) {
  public VirtualHost {
    domains = List.copyOf(domains);
    routes = List.copyOf(routes);
    mirrors = List.copyOf(mirrors);
    filters = Map.copyOf(filters);
    virtualClusters = List.copyOf(virtualClusters);
  }

  /** A virtual host whose requests are not counted by themselves. */
  public VirtualHost(
      String name,
      List<String> domains,
      List<Route> routes,
      HeaderMutations headers,
      @Nullable RetryPolicy retry,
      @Nullable HedgePolicy hedge,
      boolean oneLayer,
      @Nullable DeadlineBudget deadlines,
      AttemptCount attemptCount,
      RequireTls requireTls,
      @Nullable Integer bufferLimit,
      List<Mirror> mirrors,
      Map<String, FilterOverride> filters) {
    this(
        name,
        domains,
        routes,
        headers,
        retry,
        hedge,
        oneLayer,
        deadlines,
        attemptCount,
        requireTls,
        bufferLimit,
        mirrors,
        filters,
        List.of());
  }

  /** A virtual host that leaves filters as they are, with Envoy's defaults. */
  public VirtualHost(
      String name,
      List<String> domains,
      List<Route> routes,
      HeaderMutations headers,
      @Nullable RetryPolicy retry,
      AttemptCount attemptCount) {
    this(
        name,
        domains,
        routes,
        headers,
        retry,
        null,
        false,
        null,
        attemptCount,
        RequireTls.NONE,
        null,
        List.of(),
        Map.of());
  }

  /**
   * Who is told in {@code x-envoy-attempt-count} how often a request was tried.
   *
   * @param timeouts whether endpoints are told, too, in {@code x-envoy-is-timeout-retry}, if the
   *     try before took too long
   */
  public record AttemptCount(boolean toEndpoint, boolean toClient, boolean timeouts) {
    public static final AttemptCount NOBODY = new AttemptCount(false, false, false);
    public static final AttemptCount ENDPOINT = new AttemptCount(true, false, false);
  }

  /** Who has to come by TLS ({@code TlsRequirementType}). */
  public enum RequireTls {
    NONE,
    /** All but internal requests. */
    EXTERNAL_ONLY,
    ALL
  }
}
