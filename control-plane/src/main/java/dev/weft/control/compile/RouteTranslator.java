package dev.weft.control.compile;

import dev.weft.control.resource.GrpcRouteResource;
import dev.weft.control.resource.HttpRouteResource;
import dev.weft.control.resource.Resource;
import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.xds.model.DeadlineBudget;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HedgePolicy;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.AttemptCount;
import dev.weft.xds.model.VirtualHost.RequireTls;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Routes and services to the one outbound route table of a namespace's sidecars. */
final class RouteTranslator {
  private final MeshView mesh;
  private final Problems problems;

  RouteTranslator(MeshView mesh, Problems problems) {
    this.mesh = mesh;
    this.problems = problems;
  }

  /** The table for callers in {@code namespace}; a virtual host for each HTTP port of the mesh. */
  RouteConfig outbound(String namespace) {
    List<VirtualHost> hosts = new ArrayList<>();
    for (ServiceView service : mesh.services().values()) {
      PortView byDefault = defaultPort(service);
      for (PortView port : service.ports()) {
        if (port.protocol().isHttp()) {
          hosts.add(
              new VirtualHost(
                  port.cluster(),
                  domains(port, port.equals(byDefault), namespace),
                  routes(port),
                  HeaderMutations.NONE,
                  port.settings().retry(),
                  port.settings().hedges() ? new HedgePolicy(true) : null,
                  true,
                  port.settings().budget() ? DeadlineBudget.OUTBOUND : null,
                  AttemptCount.ENDPOINT,
                  RequireTls.NONE,
                  null,
                  List.of(),
                  FilterTranslator.ofPort(port, mesh, problems)));
        }
      }
    }
    return new RouteConfig(MeshNames.OUTBOUND, hosts, HeaderMutations.NONE);
  }

  /**
   * Where a name without port leads: clients leave out 80 and 443; else the first port is meant.
   */
  private static @Nullable PortView defaultPort(ServiceView service) {
    List<PortView> http =
        service.ports().stream().filter(port -> port.protocol().isHttp()).toList();
    return http.stream()
        .filter(port -> port.number() == 80)
        .findFirst()
        .or(() -> http.stream().filter(port -> port.number() == 443).findFirst())
        .or(() -> http.stream().findFirst())
        .orElse(null);
  }

  private static List<String> domains(PortView port, boolean byDefault, String namespace) {
    String host = port.service().host();
    List<String> names = new ArrayList<>();
    if (port.service().namespace().equals(namespace)) {
      names.add(port.service().name());
    }
    names.add(host);
    names.add(host + ".svc");
    names.add(host + ".svc.cluster.local");
    List<String> domains = new ArrayList<>();
    for (String name : names) {
      if (byDefault) {
        domains.add(name);
      }
      domains.add(name + ":" + port.number());
    }
    return domains;
  }

  private List<Route> routes(PortView port) {
    List<Resource> attached = mesh.routes().of(port);
    if (attached.isEmpty()) {
      return List.of(
          new Route(
              "",
              RouteMatch.prefix("/"),
              ActionTranslator.forward(
                  TargetTranslator.of(port),
                  port.settings(),
                  isGrpc(port),
                  ActionTranslator.Terms.of(List.of(), port.settings().balancing().hash())),
              HeaderMutations.NONE));
    }
    // What no rule matches is answered 404: who attaches a route says all there is.
    List<Route> routes = new ArrayList<>();
    for (Resource route : attached) {
      switch (route) {
        case HttpRouteResource http -> http(http, port, routes);
        case GrpcRouteResource grpc -> grpc(grpc, port, routes);
        default -> throw new IllegalStateException(route.id() + " is attached and no route");
      }
    }
    // Split only once sorted: both halves stand where the rule stood.
    return routes.stream()
        .sorted(RouteOrder.MOST_SPECIFIC_FIRST)
        .flatMap(route -> PrefixRewrites.split(route, problems).stream())
        .toList();
  }

  private void http(HttpRouteResource resource, PortView port, List<Route> into) {
    for (int i = 0; i < resource.rules().size(); i++) {
      HttpRouteResource.Rule rule = resource.rules().get(i);
      String where = resource.id() + " at /spec/rules/" + i;
      Optional<RouteAction> fixed = ActionTranslator.answer(rule.filters());
      ActionTranslator.Terms terms =
          new ActionTranslator.Terms(
              rule.request(),
              rule.backendRequest(),
              rule.retry(),
              ActionTranslator.rewrite(rule.filters()),
              TargetTranslator.mirrors(rule.filters(), mesh, where, problems),
              TargetTranslator.hash(rule.backends(), mesh));
      RouteAction action =
          fixed.orElseGet(
              () ->
                  TargetTranslator.of(rule.backends(), mesh, where, problems)
                      .<RouteAction>map(
                          target ->
                              ActionTranslator.forward(
                                  target, port.settings(), isGrpc(port), terms))
                      .orElse(ActionTranslator.NO_BACKEND));
      String name = name(resource, rule.name(), i);
      HeaderMutations headers = HeaderTranslator.mutations(rule.filters());
      Map<String, FilterOverride> filters = CorsTranslator.filters(rule.filters());
      for (HttpRouteResource.Match match : rule.matches()) {
        into.add(new Route(name, MatchTranslator.http(match), action, headers, null, filters));
      }
    }
  }

  private void grpc(GrpcRouteResource resource, PortView port, List<Route> into) {
    for (int i = 0; i < resource.rules().size(); i++) {
      GrpcRouteResource.Rule rule = resource.rules().get(i);
      String where = resource.id() + " at /spec/rules/" + i;
      ActionTranslator.Terms terms =
          ActionTranslator.Terms.of(
              TargetTranslator.mirrors(rule.filters(), mesh, where, problems),
              TargetTranslator.hash(rule.backends(), mesh));
      RouteAction action =
          TargetTranslator.of(rule.backends(), mesh, where, problems)
              .<RouteAction>map(
                  target -> ActionTranslator.forward(target, port.settings(), true, terms))
              .orElse(ActionTranslator.NO_BACKEND);
      String name = name(resource, rule.name(), i);
      HeaderMutations headers = HeaderTranslator.mutations(rule.filters());
      for (GrpcRouteResource.Match match : rule.matches()) {
        into.add(new Route(name, MatchTranslator.grpc(match), action, headers));
      }
    }
  }

  private static boolean isGrpc(PortView port) {
    return port.protocol() == Protocol.GRPC;
  }

  private static String name(Resource resource, @Nullable String ruleName, int rule) {
    return resource.kind().kindName().toLowerCase(Locale.ROOT)
        + "/"
        + resource.metadata().namespace()
        + "/"
        + resource.metadata().name()
        + "/"
        + (ruleName == null ? rule : ruleName);
  }
}
