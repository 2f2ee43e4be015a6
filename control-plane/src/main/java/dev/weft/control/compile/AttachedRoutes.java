package dev.weft.control.compile;

import dev.weft.control.resource.GrpcRouteResource;
import dev.weft.control.resource.HttpRouteResource;
import dev.weft.control.resource.Resource;
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
  private record Attachment(Resource route, ServiceRef parent) {}

  private final Map<ServiceName, List<Attachment>> byService = new HashMap<>();

  private AttachedRoutes() {}

  static AttachedRoutes of(ConfigSnapshot config) {
    AttachedRoutes attached = new AttachedRoutes();
    Stream.concat(config.all(HttpRouteResource.class), config.all(GrpcRouteResource.class))
        .forEach(attached::add);
    return attached;
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
