package dev.weft.control.resource;

import dev.weft.control.resource.ServiceResource.Port;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Whether a service has the ports that others name. */
final class PortChecks {
  private PortChecks() {}

  /** The ports a parent means; none where it names one that is not there. */
  static List<Port> meant(
      ServiceResource service, ServiceRef parent, String at, Findings findings) {
    Integer number = parent.port();
    String name = parent.sectionName();
    boolean known = number == null || port(service, number, at + "/port", findings) != null;
    if (name != null) {
      known &= port(service, name, at + "/sectionName", findings).isPresent();
    }
    List<Port> meant =
        service.ports().stream().filter(port -> parent.means(port.name(), port.port())).toList();
    findings.require(
        !known || !meant.isEmpty(),
        at + "/sectionName",
        "is the name of another port than port",
        "remove one of them");
    return meant;
  }

  static Optional<Port> port(ServiceResource service, String name, String at, Findings findings) {
    Optional<Port> port = service.port(name);
    findings.require(
        port.isPresent(),
        at,
        "the service " + service.metadata().name() + " has no port " + name,
        "use one of: " + names(service));
    return port;
  }

  static @Nullable Port port(ServiceResource service, int number, String at, Findings findings) {
    Port port = service.port(number).orElse(null);
    findings.require(
        port != null,
        at,
        "the service " + service.metadata().name() + " has no port " + number,
        "use one of: "
            + service.ports().stream()
                .map(p -> String.valueOf(p.port()))
                .collect(Collectors.joining(", ")));
    return port;
  }

  private static String names(ServiceResource service) {
    return service.ports().stream().map(Port::name).collect(Collectors.joining(", "));
  }
}
