package dev.weft.control.compile;

import dev.weft.control.resource.GrpcRouteResource;
import dev.weft.control.resource.HttpRouteFilterResource;
import dev.weft.control.resource.HttpRouteResource;
import dev.weft.control.resource.Resource;
import dev.weft.control.resource.RouteExtensions;
import dev.weft.control.resource.RouteFilter;
import dev.weft.control.resource.ServiceRef;
import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.control.store.ConfigSnapshot;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Which routes are attached to which service, as the Gateway API's GAMMA says for routes of the
 * service's own namespace: they hold for all its callers. (The vocabulary refuses routes in other
 * namespaces.)
 */
final class AttachedRoutes {
  /** What the Gateway API wants where a filter cannot be found. */
  private static final RouteFilter MISSING =
      new RouteFilter.DirectResponse(500, null, "a filter of this route is not there\n");

  private record Attachment(Resource route, ServiceRef parent) {}

  private final Map<ServiceName, List<Attachment>> byService = new HashMap<>();

  private AttachedRoutes() {}

  static AttachedRoutes of(ConfigSnapshot config, Problems problems) {
    AttachedRoutes attached = new AttachedRoutes();
    RouteExtensions extensions = new RouteExtensions(config.all(HttpRouteFilterResource.class));
    Stream.concat(
            config.all(HttpRouteResource.class).map(route -> resolved(route, extensions, problems)),
            config.all(GrpcRouteResource.class))
        .forEach(attached::add);
    return attached;
  }

  /** A route with what its rules refer to; a rule that refers to nothing answers 500. */
  private static HttpRouteResource resolved(
      HttpRouteResource route, RouteExtensions extensions, Problems problems) {
    if (route.rules().stream()
        .flatMap(rule -> rule.filters().stream())
        .noneMatch(RouteFilter.Extension.class::isInstance)) {
      return route;
    }
    List<HttpRouteResource.Rule> rules = new ArrayList<>();
    for (HttpRouteResource.Rule rule : route.rules()) {
      List<RouteFilter> filters =
          extensions.resolve(route.metadata().namespace(), rule.filters(), MISSING);
      if (filters.contains(MISSING)) {
        problems.add(
            route.id()
                + " at /spec/rules/"
                + rules.size()
                + " refers to an HTTPRouteFilter that is not there; create it");
      }
      rules.add(
          new HttpRouteResource.Rule(
              rule.name(),
              rule.matches(),
              filters,
              rule.backends(),
              rule.request(),
              rule.backendRequest(),
              rule.retry()));
    }
    return new HttpRouteResource(route.metadata(), route.parents(), rules);
  }

  private void add(Resource route) {
    List<ServiceRef> parents =
        switch (route) {
          case HttpRouteResource http -> http.parents();
          case GrpcRouteResource grpc -> grpc.parents();
          default -> List.of();
        };
    for (ServiceRef parent : parents) {
      byService
          .computeIfAbsent(
              new ServiceName(parent.namespace(), parent.name()), s -> new ArrayList<>())
          .add(new Attachment(route, parent));
    }
  }

  /** The routes of a port, each once; empty where there are none. */
  List<Resource> of(PortView port) {
    return byService.getOrDefault(port.service(), List.of()).stream()
        .filter(attachment -> reaches(attachment, port))
        .map(Attachment::route)
        .distinct()
        .toList();
  }

  private static boolean reaches(Attachment attachment, PortView port) {
    if (!attachment.parent().means(port.name(), port.number())) {
      return false;
    }
    return attachment.route() instanceof GrpcRouteResource
        ? port.protocol() == Protocol.GRPC || port.protocol() == Protocol.HTTP2
        : port.protocol().isHttp();
  }
}
