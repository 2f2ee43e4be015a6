package dev.weft.proxy.filter;

import dev.weft.proxy.filter.access.AccessCheck;
import dev.weft.proxy.filter.breaker.Breakers;
import dev.weft.proxy.filter.breaker.ErrorRateGuard;
import dev.weft.proxy.filter.buffer.Buffering;
import dev.weft.proxy.filter.cors.Cors;
import dev.weft.proxy.filter.fault.FaultInjector;
import dev.weft.proxy.filter.grpcstats.CallCounts;
import dev.weft.proxy.filter.headers.HeaderMutator;
import dev.weft.proxy.filter.healthcheck.HealthCheckAnswer;
import dev.weft.proxy.filter.longstreams.CallerSeats;
import dev.weft.proxy.filter.longstreams.LongStreamBounds;
import dev.weft.proxy.filter.longstreams.StreamRosters;
import dev.weft.proxy.filter.metadata.HeaderNotes;
import dev.weft.proxy.filter.ratelimit.LocalLimit;
import dev.weft.xds.model.BufferFilter;
import dev.weft.xds.model.BufferRoute;
import dev.weft.xds.model.CorsFilter;
import dev.weft.xds.model.ErrorRateBreaker;
import dev.weft.xds.model.ErrorRateBreakerFilter;
import dev.weft.xds.model.Fault;
import dev.weft.xds.model.FaultFilter;
import dev.weft.xds.model.GrpcStatsFilter;
import dev.weft.xds.model.HeaderMutationFilter;
import dev.weft.xds.model.HeaderToMetadata;
import dev.weft.xds.model.HeaderToMetadataFilter;
import dev.weft.xds.model.HealthCheckFilter;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.HttpFilterRouteConfig;
import dev.weft.xds.model.LocalRateLimit;
import dev.weft.xds.model.LocalRateLimitFilter;
import dev.weft.xds.model.LongStreams;
import dev.weft.xds.model.LongStreamsFilter;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.RbacRoute;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every HTTP filter of the proxy. */
public final class HttpFilters implements FilterCompiler {
  private final String node;
  private final Breakers breakers = new Breakers();
  private final CallerSeats seats = new CallerSeats();
  private final StreamRosters rosters = new StreamRosters();

  /** The filters of a proxy that belongs to no cluster. */
  public HttpFilters() {
    this("");
  }

  /**
   * @param node the cluster that the proxy belongs to, as its answers to health checks tell
   */
  public HttpFilters(String node) {
    this.node = node;
  }

  @Override
  public @Nullable HttpFilterFactory compile(
      HttpFilterConfig config, List<HttpFilterRouteConfig> routes, FilterSite site) {
    return switch (config) {
      case RbacFilter rbac -> AccessCheck.of(rbac, first(RbacRoute.class, routes), site);
      case LocalRateLimitFilter limit ->
          LocalLimit.of(or(first(LocalRateLimit.class, routes), limit.limit()), site);
      case FaultFilter fault ->
          new FaultInjector(or(first(Fault.class, routes), fault.fault()), site);
      case BufferFilter buffer -> Buffering.of(buffer, first(BufferRoute.class, routes), site);
      case CorsFilter cors -> Cors.of(routes, site);
      case HeaderMutationFilter mutation -> HeaderMutator.of(mutation, routes);
      case HealthCheckFilter check -> new HealthCheckAnswer(check, node, site);
      case HeaderToMetadataFilter rules ->
          new HeaderNotes(or(first(HeaderToMetadata.class, routes), rules.rules()));
      case GrpcStatsFilter calls -> new CallCounts(calls, site);
      case ErrorRateBreakerFilter breaker ->
          new ErrorRateGuard(
              or(first(ErrorRateBreaker.class, routes), breaker.breaker()), breakers, site);
      case LongStreamsFilter streams ->
          LongStreamBounds.of(
              or(first(LongStreams.class, routes), streams.streams()), seats, rosters, site);
      default ->
          throw new IllegalArgumentException(
              "HTTP filter " + config.name() + " is not known to this proxy; remove it");
    };
  }

  /** The breakers of all its filters. */
  public Breakers breakers() {
    return breakers;
  }

  private static <C> C or(@Nullable C route, C manager) {
    return route == null ? manager : route;
  }

  /** The most specific configuration of a kind, as Envoy looks for it. */
  private static <C extends HttpFilterRouteConfig> @Nullable C first(
      Class<C> kind, List<HttpFilterRouteConfig> routes) {
    for (HttpFilterRouteConfig config : routes) {
      if (kind.isInstance(config)) {
        return kind.cast(config);
      }
    }
    return null;
  }
}
