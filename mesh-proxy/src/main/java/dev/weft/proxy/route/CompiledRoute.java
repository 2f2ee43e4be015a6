package dev.weft.proxy.route;

import dev.weft.proxy.telemetry.RequestGroup;
import dev.weft.proxy.telemetry.RequestTally;
import dev.weft.proxy.tracing.SpanTags;
import dev.weft.xds.model.Decorator;
import dev.weft.xds.model.MetadataValue;
import dev.weft.xds.model.Mirror;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.RegexRewrite;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteTracing;
import dev.weft.xds.model.TraceSampling;
import dev.weft.xds.model.VirtualHost;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What is done with the requests that match a route.
 *
 * @param name may be empty
 * @param virtualHost the name of the virtual host
 * @param headers the changes of route, virtual host and table, to be applied in this order: the
 *     last wins; the other way round where the table says so
 * @param filters the number of what is said of HTTP filters, among {@link CompiledRoutes#overrides}
 * @param tracing which requests are traced; null for those that the manager says
 * @param tags what their spans say besides
 * @param decorator what they are called; null for nothing
 * @param metadata what is written on the route: values by namespaces
 * @param counts who counts its requests beside their cluster
 */
public record CompiledRoute(
    String name,
    String virtualHost,
    Action action,
    List<HeaderChanges> headers,
    int filters,
    @Nullable TraceSampling tracing,
    SpanTags tags,
    @Nullable Decorator decorator,
    Map<String, Map<String, MetadataValue>> metadata,
    RouteCounts counts) {

  /** What to do. */
  public sealed interface Action permits Forwarding, Redirection, Answer, NoForwarding {}

  /**
   * Answers with a redirect.
   *
   * @param keepsPort whether the host keeps its port even where it is the default of the old scheme
   */
  public record Redirection(RouteAction.Redirect redirect, PathRewrite path, boolean keepsPort)
      implements Action {}

  /** Answers by itself. */
  public record Answer(int status, String body) implements Action {}

  /** Matches for proxyless servers; here there is nothing to do. */
  public record NoForwarding() implements Action {}

  /** The same with another action. */
  CompiledRoute with(Action other) {
    return new CompiledRoute(
        name, virtualHost, other, headers, filters, tracing, tags, decorator, metadata, counts);
  }

  /**
   * Compiles a route of a table.
   *
   * @param tallies counts requests of groups
   */
  static CompiledRoute compile(
      RouteConfig table,
      VirtualHost host,
      Route route,
      FilterNumbers numbers,
      Function<List<RequestGroup>, RequestTally> tallies) {
    Action action =
        switch (route.action()) {
          case RouteAction.Forward forward -> {
            RetryPolicy retry = forward.retry() != null ? forward.retry() : host.retry();
            yield Forwarding.compile(
                forward,
                host,
                route,
                RetryPlan.compile(retry),
                mirrors(forward, host, table),
                cluster ->
                    numbers.number(
                        List.of(cluster, route.filters(), host.filters(), table.filters())));
          }
          case RouteAction.Redirect redirect ->
              new Redirection(redirect, path(redirect, route.match().path()), false);
          case RouteAction.DirectResponse(int status, String body) -> new Answer(status, body);
          case RouteAction.NonForwarding() -> new NoForwarding();
        };
    List<HeaderChanges> headers =
        Stream.of(route.headers(), host.headers(), table.headers())
            .filter(mutations -> !mutations.isEmpty())
            .map(HeaderChanges::compile)
            .toList();
    RouteTracing traced = route.tracing();
    return new CompiledRoute(
        route.name(),
        host.name(),
        action,
        table.mostSpecificHeadersWin() ? headers.reversed() : headers,
        numbers.number(List.of(route.filters(), host.filters(), table.filters())),
        traced == null ? null : traced.sampling(),
        traced == null ? SpanTags.NONE : SpanTags.compile(traced.tags()),
        route.decorator(),
        route.metadata(),
        action instanceof Forwarding
            ? RouteCounts.compile(host, route.statPrefix(), tallies)
            : RouteCounts.NONE);
  }

  /** The most specific say where copies go. */
  private static List<Mirror> mirrors(
      RouteAction.Forward forward, VirtualHost host, RouteConfig table) {
    if (!forward.mirrors().isEmpty()) {
      return forward.mirrors();
    }
    return host.mirrors().isEmpty() ? table.mirrors() : host.mirrors();
  }

  /** Where plaintext requests for a host are sent that has to be asked by TLS. */
  static CompiledRoute toTls(RouteConfig table, VirtualHost host, FilterNumbers numbers) {
    RouteAction.Redirect redirect =
        new RouteAction.Redirect("https", null, null, null, null, 301, false);
    return new CompiledRoute(
        "",
        host.name(),
        new Redirection(redirect, PathRewrite.NONE, true),
        List.of(),
        numbers.number(List.of(host.filters(), table.filters())),
        null,
        SpanTags.NONE,
        null,
        Map.of(),
        RouteCounts.NONE);
  }

  private static PathRewrite path(RouteAction.Redirect redirect, PathMatch match) {
    String prefix = redirect.prefixRewrite();
    RegexRewrite regex = redirect.regexRewrite();
    if (regex != null) {
      return PathRewrite.compile(new dev.weft.xds.model.PathRewrite.Regex(regex), match);
    }
    return PathRewrite.compile(
        prefix == null ? null : new dev.weft.xds.model.PathRewrite.Prefix(prefix), match);
  }
}
