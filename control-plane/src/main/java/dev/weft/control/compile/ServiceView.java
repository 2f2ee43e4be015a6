package dev.weft.control.compile;

import dev.weft.control.resource.ServiceResource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A service, its ports in the order of their declaration. */
record ServiceView(ServiceName name, Map<String, String> selector, List<PortView> ports) {
  ServiceView {
    selector = Map.copyOf(selector);
    ports = List.copyOf(ports);
  }

  Optional<PortView> port(String portName) {
    return ports.stream().filter(port -> port.name().equals(portName)).findFirst();
  }

  Optional<PortView> port(int number) {
    return ports.stream().filter(port -> port.number() == number).findFirst();
  }

  /** Whether an instance enrolled as {@code service} with these labels belongs to it. */
  boolean has(String namespace, String service, Map<String, String> labels) {
    return selects(name, selector, namespace, service, labels);
  }

  static boolean selects(
      ServiceName name,
      Map<String, String> selector,
      String namespace,
      String service,
      Map<String, String> labels) {
    return name.namespace().equals(namespace)
        && (selector.isEmpty()
            ? name.name().equals(service)
            : labels.entrySet().containsAll(selector.entrySet()));
  }

  static ServiceName nameOf(ServiceResource service) {
    return new ServiceName(service.metadata().namespace(), service.metadata().name());
  }
}
