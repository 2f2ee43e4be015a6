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
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Which routes are attached to which service, as the Gateway API's GAMMA says: routes of the
 * service's own namespace (producer) hold for everybody, routes of another namespace (consumer) for
 * the callers of that namespace, where they replace the producer's.
 */
final class AttachedRoutes {
  private record Attachment(Resource route, ServiceRef parent) {}

  private final Map<ServiceName, List<Attachment>> byService = new HashMap<>();
  private final TreeSet<String> consumers = new TreeSet<>();

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
      ServiceName service = new ServiceName(parent.namespace(), parent.name());
      byService.computeIfAbsent(service, s -> new ArrayList<>()).add(new Attachment(route, parent));
      if (!route.metadata().namespace().equals(parent.namespace())) {
        consumers.add(route.metadata().namespace());
      }
    }
  }

  /** The namespaces whose callers see routes of their own, sorted. */
  Set<String> consumers() {
    return consumers;
  }

  /** The routes that hold for callers of {@code clientNamespace}; empty where there are none. */
  List<Resource> of(PortView port, String clientNamespace) {
    List<Attachment> attached =
        byService.getOrDefault(port.service(), List.of()).stream()
            .filter(attachment -> reaches(attachment, port))
            .toList();
    String producer = port.service().namespace();
    List<Resource> own =
        clientNamespace.equals(producer) ? List.of() : ofNamespace(attached, clientNamespace);
    return own.isEmpty() ? ofNamespace(attached, producer) : own;
  }

  private static List<Resource> ofNamespace(List<Attachment> attached, String namespace) {
    return attached.stream()
        .map(Attachment::route)
        .filter(route -> route.metadata().namespace().equals(namespace))
        .distinct()
        .toList();
  }

  private static boolean reaches(Attachment attachment, PortView port) {
    Integer wanted = attachment.parent().port();
    if (wanted != null && wanted != port.number()) {
      return false;
    }
    return attachment.route() instanceof GrpcRouteResource
        ? port.protocol() == Protocol.GRPC || port.protocol() == Protocol.HTTP2
        : port.protocol().isHttp();
  }
}
