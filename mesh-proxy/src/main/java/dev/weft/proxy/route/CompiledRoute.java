package dev.weft.proxy.route;

import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.VirtualHost;
import java.util.List;
import java.util.stream.Stream;

/**
 * What is done with the requests that match a route.
 *
 * @param name may be empty
 * @param virtualHost the name of the virtual host
 * @param headers the changes of route, virtual host and table, to be applied in this order: the
 *     last wins
 * @param filters the number of what is said of HTTP filters, among {@link CompiledRoutes#overrides}
 */
public record CompiledRoute(
    String name, String virtualHost, Action action, List<HeaderChanges> headers, int filters) {

  /** What to do. */
  public sealed interface Action permits Forwarding, Redirection, Answer, NoForwarding {}

  /** Answers with a redirect. */
  public record Redirection(RouteAction.Redirect redirect, PathRewrite path) implements Action {}

  /** Answers by itself. */
  public record Answer(int status, String body) implements Action {}

  /** Matches for proxyless servers; here there is nothing to do. */
  public record NoForwarding() implements Action {}

  /** Compiles a route of a table. */
  static CompiledRoute compile(
      RouteConfig table, VirtualHost host, Route route, FilterNumbers numbers) {
    Action action =
        switch (route.action()) {
          case RouteAction.Forward forward -> {
            RetryPolicy retry = forward.retry() != null ? forward.retry() : host.retry();
            yield Forwarding.compile(
                forward,
                route.match().path(),
                RetryPlan.compile(retry),
                host.attemptCount(),
                cluster ->
                    numbers.number(
                        List.of(cluster, route.filters(), host.filters(), table.filters())));
          }
          case RouteAction.Redirect redirect ->
              new Redirection(
                  redirect, PathRewrite.compile(redirect.prefixRewrite(), route.match().path()));
          case RouteAction.DirectResponse(int status, String body) -> new Answer(status, body);
          case RouteAction.NonForwarding() -> new NoForwarding();
        };
    List<HeaderChanges> headers =
        Stream.of(route.headers(), host.headers(), table.headers())
            .filter(mutations -> !mutations.isEmpty())
            .map(HeaderChanges::compile)
            .toList();
    int filters = numbers.number(List.of(route.filters(), host.filters(), table.filters()));
    return new CompiledRoute(route.name(), host.name(), action, headers, filters);
  }
}
