package dev.weft.control.store;

import dev.weft.control.resource.Kind;
import dev.weft.control.resource.ResourceDocument;
import dev.weft.control.resource.ResourceId;
import dev.weft.control.resource.ResourceReader;
import dev.weft.control.resource.Schemas;
import java.util.List;

/** Documents for tests. */
final class Examples {
  static final ResourceReader READER = new ResourceReader(new Schemas());

  private Examples() {}

  static ResourceDocument service(String name, int port) {
    return read(
        """
        apiVersion: weft.dev/v1alpha1
        kind: Service
        metadata: {name: %s}
        spec: {ports: [{name: http, port: %d, protocol: http}]}
        """
            .formatted(name, port));
  }

  static ResourceDocument policyFor(String service) {
    return read(
        """
        apiVersion: weft.dev/v1alpha1
        kind: TrafficPolicy
        metadata: {name: %s}
        spec: {targetRef: {kind: Service, name: %s}, timeouts: {request: 3s}}
        """
            .formatted(service, service));
  }

  static ResourceId id(Kind kind, String name) {
    return new ResourceId(kind, "default", name);
  }

  static ChangeSet put(ResourceDocument... documents) {
    return ChangeSet.put(List.of(documents));
  }

  private static ResourceDocument read(String yaml) {
    var reading = READER.read(yaml);
    if (!reading.violations().isEmpty()) {
      throw new AssertionError(reading.violations());
    }
    return reading.documents().getFirst();
  }
}
