package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.RequireTls;
import io.envoyproxy.envoy.config.route.v3.NonForwardingAction;
import io.envoyproxy.envoy.config.route.v3.VirtualHost.TlsRequirementType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code envoy.config.route.v3.VirtualHost} and its routes. */
final class VirtualHosts {
  private VirtualHosts() {}

  static List<VirtualHost> decode(
      List<io.envoyproxy.envoy.config.route.v3.VirtualHost> hosts, int maxBody, DecodeScope scope) {
    List<VirtualHost> decoded = new ArrayList<>();
    Map<String, Integer> domains = new HashMap<>();
    for (int i = 0; i < hosts.size(); i++) {
      DecodeScope at = scope.at("virtual_hosts", i);
      decoded.add(decode(hosts.get(i), maxBody, at));
      for (int d = 0; d < hosts.get(i).getDomainsCount(); d++) {
        String domain = hosts.get(i).getDomains(d);
        Integer other = domains.putIfAbsent(domain.toLowerCase(Locale.ROOT), i);
        DecodeScope domainScope = at.at("domains", d);
        domainScope.require(
            other == null, "\"" + domain + "\" stands in virtual_hosts[" + other + "] already");
        domainScope.require(
            isDomain(domain),
            "\"" + domain + "\" is not a domain: a name, *.suffix, prefix.* or *");
      }
    }
    return decoded;
  }

  private static boolean isDomain(String domain) {
    boolean ascii = domain.chars().allMatch(c -> c > ' ' && c < 0x7f);
    int star = domain.indexOf('*');
    return ascii && star == domain.lastIndexOf('*') && (star <= 0 || star == domain.length() - 1);
  }

  private static VirtualHost decode(
      io.envoyproxy.envoy.config.route.v3.VirtualHost host, int maxBody, DecodeScope scope) {
    scope.at("domains").require(host.getDomainsCount() > 0, "must not be empty");
    List<Route> routes = new ArrayList<>();
    for (int i = 0; i < host.getRoutesCount(); i++) {
      routes.add(decode(host.getRoutes(i), maxBody, scope.at("routes", i)));
    }
    return new VirtualHost(
        Wire.text(host.getName(), scope.at("name")),
        host.getDomainsList(),
        routes,
        HeaderMutationsCodec.decode(
            host.getRequestHeadersToAddList(),
            host.getRequestHeadersToRemoveList(),
            host.getResponseHeadersToAddList(),
            host.getResponseHeadersToRemoveList(),
            scope),
        host.hasRetryPolicy()
            ? RetryPolicies.decode(host.getRetryPolicy(), scope.at("retry_policy"))
            : null,
        host.hasHedgePolicy()
            ? HedgePolicies.decode(host.getHedgePolicy(), scope.at("hedge_policy"))
            : null,
        RetryLayers.decode(host.getMetadata(), scope.at("metadata")),
        DeadlineBudgets.decode(host.getMetadata(), scope.at("metadata")),
        new VirtualHost.AttemptCount(
            host.getIncludeRequestAttemptCount(),
            host.getIncludeAttemptCountInResponse(),
            host.getIncludeIsTimeoutRetryHeader()),
        switch (host.getRequireTls()) {
          case NONE -> RequireTls.NONE;
          case EXTERNAL_ONLY -> RequireTls.EXTERNAL_ONLY;
          case ALL -> RequireTls.ALL;
          case UNRECOGNIZED -> {
            scope.at("require_tls").problem("is not known");
            yield RequireTls.NONE;
          }
        },
        host.hasPerRequestBufferLimitBytes()
            ? Wire.limit(host.getPerRequestBufferLimitBytes())
            : null,
        Mirrors.decode(host.getRequestMirrorPoliciesList(), scope),
        FilterOverrides.decode(host.getTypedPerFilterConfigMap(), scope),
        VirtualClusters.decode(host.getVirtualClustersList(), scope));
  }

  private static Route decode(
      io.envoyproxy.envoy.config.route.v3.Route route, int maxBody, DecodeScope scope) {
    RouteMatch match = RouteMatches.decode(route.getMatch(), scope.at("match"));
    return new Route(
        route.getName(),
        match,
        action(route, match.path(), maxBody, scope),
        HeaderMutationsCodec.decode(
            route.getRequestHeadersToAddList(),
            route.getRequestHeadersToRemoveList(),
            route.getResponseHeadersToAddList(),
            route.getResponseHeadersToRemoveList(),
            scope),
        route.hasPerRequestBufferLimitBytes()
            ? Wire.limit(route.getPerRequestBufferLimitBytes())
            : null,
        FilterOverrides.decode(route.getTypedPerFilterConfigMap(), scope),
        route.hasTracing() ? RequestTracings.decode(route.getTracing(), scope.at("tracing")) : null,
        route.hasDecorator()
            ? RequestTracings.decode(route.getDecorator(), scope.at("decorator"))
            : null,
        MetadataValues.namespaces(route.getMetadata()),
        route.getStatPrefix());
  }

  private static RouteAction action(
      io.envoyproxy.envoy.config.route.v3.Route route,
      PathMatch match,
      int maxBody,
      DecodeScope scope) {
    return switch (route.getActionCase()) {
      case ROUTE -> RouteActions.decode(route.getRoute(), match, scope.at("route"));
      case REDIRECT -> Redirects.decode(route.getRedirect(), scope.at("redirect"));
      case DIRECT_RESPONSE ->
          Redirects.decode(route.getDirectResponse(), maxBody, scope.at("direct_response"));
      case NON_FORWARDING_ACTION -> new RouteAction.NonForwarding();
      case FILTER_ACTION -> new RouteAction.NonForwarding(); // refused by the field policy
      case ACTION_NOT_SET -> {
        scope.problem(
            "must have one of route, redirect, direct_response and non_forwarding_action");
        yield new RouteAction.NonForwarding();
      }
    };
  }

  static io.envoyproxy.envoy.config.route.v3.VirtualHost encode(VirtualHost host) {
    HeaderMutations headers = host.headers();
    var encoded =
        io.envoyproxy.envoy.config.route.v3.VirtualHost.newBuilder()
            .setName(host.name())
            .addAllDomains(host.domains())
            .setRequireTls(
                switch (host.requireTls()) {
                  case NONE -> TlsRequirementType.NONE;
                  case EXTERNAL_ONLY -> TlsRequirementType.EXTERNAL_ONLY;
                  case ALL -> TlsRequirementType.ALL;
                })
            .setIncludeRequestAttemptCount(host.attemptCount().toEndpoint())
            .setIncludeAttemptCountInResponse(host.attemptCount().toClient())
            .setIncludeIsTimeoutRetryHeader(host.attemptCount().timeouts())
            .addAllRequestHeadersToAdd(HeaderMutationsCodec.encode(headers.requestAdd()))
            .addAllRequestHeadersToRemove(headers.requestRemove())
            .addAllResponseHeadersToAdd(HeaderMutationsCodec.encode(headers.responseAdd()))
            .addAllResponseHeadersToRemove(headers.responseRemove())
            .addAllRequestMirrorPolicies(Mirrors.encode(host.mirrors()))
            .putAllTypedPerFilterConfig(FilterOverrides.encode(host.filters()))
            .addAllVirtualClusters(VirtualClusters.encode(host.virtualClusters()));
    host.routes().forEach(route -> encoded.addRoutes(encode(route)));
    if (host.bufferLimit() != null) {
      encoded.setPerRequestBufferLimitBytes(Wire.uint32(host.bufferLimit()));
    }
    if (host.retry() != null) {
      encoded.setRetryPolicy(RetryPolicies.encode(host.retry()));
    }
    if (host.oneLayer()) {
      encoded.mergeMetadata(RetryLayers.ONE);
    }
    if (host.deadlines() != null) {
      encoded.mergeMetadata(DeadlineBudgets.encode(host.deadlines()));
    }
    if (host.hedge() != null) {
      encoded.setHedgePolicy(HedgePolicies.encode(host.hedge()));
    }
    return encoded.build();
  }

  private static io.envoyproxy.envoy.config.route.v3.Route encode(Route route) {
    HeaderMutations headers = route.headers();
    var encoded =
        io.envoyproxy.envoy.config.route.v3.Route.newBuilder()
            .setName(route.name())
            .setMatch(RouteMatches.encode(route.match()))
            .addAllRequestHeadersToAdd(HeaderMutationsCodec.encode(headers.requestAdd()))
            .addAllRequestHeadersToRemove(headers.requestRemove())
            .addAllResponseHeadersToAdd(HeaderMutationsCodec.encode(headers.responseAdd()))
            .addAllResponseHeadersToRemove(headers.responseRemove())
            .putAllTypedPerFilterConfig(FilterOverrides.encode(route.filters()))
            .setStatPrefix(route.statPrefix());
    if (route.bufferLimit() != null) {
      encoded.setPerRequestBufferLimitBytes(Wire.uint32(route.bufferLimit()));
    }
    if (route.tracing() != null) {
      encoded.setTracing(RequestTracings.encode(route.tracing()));
    }
    if (route.decorator() != null) {
      encoded.setDecorator(RequestTracings.encode(route.decorator()));
    }
    if (!route.metadata().isEmpty()) {
      encoded.setMetadata(MetadataValues.encodeNamespaces(route.metadata()));
    }
    switch (route.action()) {
      case RouteAction.Forward forward -> encoded.setRoute(RouteActions.encode(forward));
      case RouteAction.Redirect redirect -> encoded.setRedirect(Redirects.encode(redirect));
      case RouteAction.DirectResponse response ->
          encoded.setDirectResponse(Redirects.encode(response));
      case RouteAction.NonForwarding() ->
          encoded.setNonForwardingAction(NonForwardingAction.getDefaultInstance());
    }
    return encoded.build();
  }
}
