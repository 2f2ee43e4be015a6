package dev.weft.proxy.config;

import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.filter.FilterSet;
import dev.weft.proxy.reply.ReplyRules;
import dev.weft.proxy.stream.ServerSettings;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.ExchangeObserver;
import dev.weft.proxy.telemetry.HttpStats;
import dev.weft.proxy.telemetry.RequestTally;
import dev.weft.proxy.telemetry.Tracing;
import dev.weft.proxy.tracing.RequestTracer;
import dev.weft.xds.model.HttpConnectionManager;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection manager, compiled.
 *
 * @param listener the listener's name
 * @param chain the filter chain's name, may be empty
 * @param routeKeys the keys of its route tables in every {@link Runtime}
 * @param routes its tables when it was compiled, for a Runtime that it is no part of
 * @param replies what becomes of the answers that the proxy gives itself
 * @param filters its filters, to be bound to other tables
 * @param bufferLimit bytes of a request's body that may be kept for another try, where its route
 *     says nothing
 * @param unanswered PINGs that clients left unanswered, of all listeners; null where none are sent
 * @param tracing begins spans as the proxy itself is told to; none where the manager has spans
 * @param tracer how requests are traced as the manager says; null where it says nothing
 */
public record CompiledHttp(
    String listener,
    String chain,
    HttpConnectionManager manager,
    ServerSettings server,
    List<String> routeKeys,
    ScopedRoutes routes,
    ReplyRules replies,
    FilterSet filters,
    HttpStats stats,
    Tracing tracing,
    ExchangeObserver observer,
    int bufferLimit,
    @Nullable Counter unanswered,
    @Nullable RequestTracer tracer)
    implements CompiledChain.Handler {
  /** What counts a request, of which all counts. */
  public RequestTally tally(RequestTally all, Http2Headers request) {
    return switch (manager.counted()) {
      case ALL -> all;
      case NO_CODES_OF_GRPC -> GrpcStatus.isGrpc(request) ? all.withoutCodes() : all;
      case NOTHING -> all.quiet();
    };
  }
}
