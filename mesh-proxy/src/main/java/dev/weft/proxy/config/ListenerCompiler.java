package dev.weft.proxy.config;

import dev.weft.proxy.accesslog.AccessLogs;
import dev.weft.proxy.filter.FilterCompiler;
import dev.weft.proxy.filter.FilterSet;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.reply.ReplyRules;
import dev.weft.proxy.route.CompiledRoutes;
import dev.weft.proxy.route.WeightedTargets;
import dev.weft.proxy.stream.ServerSettings;
import dev.weft.proxy.telemetry.ExchangeObserver;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.proxy.telemetry.TraceCounts;
import dev.weft.proxy.telemetry.Tracing;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.proxy.tracing.RequestTracer;
import dev.weft.proxy.tracing.SpanOrigin;
import dev.weft.proxy.tracing.SpanSink;
import dev.weft.xds.match.ChainTable;
import dev.weft.xds.match.ConnectionAttributes;
import dev.weft.xds.model.AccessLog;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.TableSource;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RequestTracing;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.SpanExport;
import dev.weft.xds.model.TcpProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Compiles listeners and their chains. */
public final class ListenerCompiler {
  private static final StatName UNANSWERED =
      new StatName("http2.keepalive_timeout", "envoy_http2_keepalive_timeout", List.of(), false);

  private final TlsContexts tlsContexts;
  private final Telemetry telemetry;
  private final FilterCompiler filters;
  private final AccessLogs accessLogs;
  private final Function<SpanExport, SpanSink> spans;
  private final SpanOrigin origin;

  /**
   * @param spans where spans go that configurations ask for
   * @param origin what they say of this proxy
   */
  public ListenerCompiler(
      TlsContexts tlsContexts,
      Telemetry telemetry,
      FilterCompiler filters,
      AccessLogs accessLogs,
      Function<SpanExport, SpanSink> spans,
      SpanOrigin origin) {
    this.tlsContexts = tlsContexts;
    this.telemetry = telemetry;
    this.filters = filters;
    this.accessLogs = accessLogs;
    this.spans = spans;
    this.origin = origin;
  }

  /**
   * The listener; that of the previous Runtime if it has not changed.
   *
   * @param routes the tables by RDS; those inside the listener are added
   */
  CompiledListener compile(Listener config, Map<String, CompiledRoutes> routes, Runtime previous) {
    CompiledListener before = previous.listeners().get(config.name());
    if (before != null && before.config().equals(config)) {
      for (CompiledChain chain : before.chains()) {
        if (chain.handler() instanceof CompiledHttp http) {
          List<CompiledRoutes> kept = previous.routes(http).tables();
          for (int i = 0; i < kept.size(); i++) {
            routes.putIfAbsent(http.routeKeys().get(i), kept.get(i));
          }
        }
      }
      return before;
    }
    List<CompiledChain> all = new ArrayList<>();
    ChainTable<CompiledChain> table =
        ChainTable.compile(
            config.filterChains(),
            chain -> {
              CompiledChain compiled = chain(config, chain, all.size(), routes, before);
              all.add(compiled);
              return compiled;
            });
    FilterChain otherwise = config.defaultFilterChain();
    CompiledChain defaultChain =
        otherwise == null ? null : chain(config, otherwise, all.size(), routes, before);
    if (defaultChain != null) {
      all.add(defaultChain);
    }
    return new CompiledListener(
        config,
        table,
        defaultChain,
        List.copyOf(all),
        config.tlsInspector()
            || config.filterChains().stream()
                .anyMatch(chain -> needsHello(chain, config.httpInspector())),
        config.httpInspector(),
        ProxyHeaderRules.of(config.proxyHeaders(), telemetry),
        telemetry.listener(config.statisticsName()));
  }

  /**
   * Conditions on the ClientHello could never hold without a look at it. Where protocols alone are
   * asked for, and the first line is looked at, they may be those of plaintext.
   */
  private static boolean needsHello(FilterChain chain, boolean readsFirstLine) {
    ChainMatch match = chain.match();
    return match.transportProtocol() == null
        ? !match.serverNames().isEmpty()
            || !match.applicationProtocols().isEmpty() && !readsFirstLine
        : match.transportProtocol().equals(ConnectionAttributes.TLS);
  }

  private CompiledChain chain(
      Listener listener,
      FilterChain chain,
      int place,
      Map<String, CompiledRoutes> routes,
      @Nullable CompiledListener before) {
    DownstreamTls tls = chain.tls();
    CompiledChain.Handler handler =
        switch (chain.filter()) {
          case HttpConnectionManager http -> http(listener, chain, http, place, routes);
          case TcpProxy tcp ->
              new CompiledTcp(
                  listener.name(),
                  chain.name(),
                  tcp,
                  WeightedTargets.compile(tcp),
                  telemetry.tcp(tcp.statPrefix()),
                  observer(listener, tcp.accessLogs()));
        };
    return new CompiledChain(
        chain, tls == null ? null : server(tls, before), limit(chain, before), handler);
  }

  private @Nullable ActiveConnectionLimit limit(
      FilterChain chain, @Nullable CompiledListener before) {
    if (chain.connectionLimit() == null) {
      return null;
    }
    CompiledChain earlier = before == null ? null : before.counterpart(chain);
    return ActiveConnectionLimit.of(
        chain.connectionLimit(), earlier == null ? null : earlier.limit(), telemetry);
  }

  private TlsContexts.Context server(DownstreamTls tls, @Nullable CompiledListener before) {
    if (before != null) {
      for (CompiledChain chain : before.chains()) {
        if (chain.tls() != null && tls.equals(chain.config().tls())) {
          return chain.tls();
        }
      }
    }
    return tlsContexts.server(tls);
  }

  private CompiledHttp http(
      Listener listener,
      FilterChain chain,
      HttpConnectionManager http,
      int place,
      Map<String, CompiledRoutes> routes) {
    List<String> keys = keys(listener, chain, http, place, routes);
    List<CompiledRoutes> tables = new ArrayList<>();
    for (String key : keys) {
      CompiledRoutes table = routes.get(key);
      if (table == null) {
        throw new IllegalStateException("the route table " + key + " was not checked to be there");
      }
      tables.add(table);
    }
    FilterSite site = new FilterSite(http, telemetry.http(http.statPrefix()), telemetry);
    FilterSet compiled = FilterSet.compile(filters, site);
    return new CompiledHttp(
        listener.name(),
        chain.name(),
        http,
        ServerSettings.of(http),
        keys,
        ScopedRoutes.of(http.routes(), tables, compiled),
        ReplyRules.compile(http.localReplies()),
        compiled,
        site.stats(),
        tracing(listener, http),
        observer(listener, http.accessLogs()),
        listener.bufferLimit() == 0 ? Integer.MAX_VALUE : listener.bufferLimit(),
        http.pings() == null ? null : telemetry.counter(UNANSWERED),
        tracer(listener, http));
  }

  private Tracing tracing(Listener listener, HttpConnectionManager http) {
    RequestTracing asked = http.tracing();
    return asked == null || asked.spans() == null
        ? telemetry.tracing(listener.direction())
        : request -> Tracing.Span.NONE;
  }

  private @Nullable RequestTracer tracer(Listener listener, HttpConnectionManager http) {
    RequestTracing asked = http.tracing();
    return asked == null
        ? null
        : RequestTracer.compile(
            asked,
            listener.direction(),
            TraceCounts.of(telemetry, http.statPrefix()),
            spans,
            origin);
  }

  /** The keys of its tables; those inside the listener are added. */
  private List<String> keys(
      Listener listener,
      FilterChain chain,
      HttpConnectionManager http,
      int place,
      Map<String, CompiledRoutes> routes) {
    return switch (http.routes()) {
      case TableSource table ->
          List.of(key(table, RouteKeys.inline(listener.name(), chain.name(), place), routes));
      case HttpConnectionManager.Scoped scoped ->
          scoped.scopes().stream()
              .map(
                  scope ->
                      key(
                          scope.table(),
                          RouteKeys.inline(listener.name(), chain.name(), place, scope.name()),
                          routes))
              .toList();
    };
  }

  private String key(TableSource source, String inlineKey, Map<String, CompiledRoutes> routes) {
    return switch (source) {
      case HttpConnectionManager.Rds(String name) -> RouteKeys.rds(name);
      case HttpConnectionManager.Inline inline -> {
        routes.put(inlineKey, table(inline.routeConfig()));
        yield inlineKey;
      }
    };
  }

  /** Compiles a route table. */
  CompiledRoutes table(RouteConfig table) {
    return CompiledRoutes.compile(table, telemetry::tally);
  }

  /** Its own logs, or the proxy's where it has none. */
  private ExchangeObserver observer(Listener listener, List<AccessLog> logs) {
    return logs.isEmpty() ? telemetry.exchanges(listener.direction()) : accessLogs.compile(logs);
  }
}
