package dev.weft.demo.run;

/** Routes that a demo writes while it runs. */
final class Routes {
  private Routes() {}

  /**
   * Half of the calls to three services goes to their version 2; with the header {@code version:
   * v2} all of them.
   */
  static String split() {
    StringBuilder yaml = new StringBuilder();
    for (String service : new String[] {"catalog", "recommendations", "cart"}) {
      yaml.append(
          """
          ---
          apiVersion: gateway.networking.k8s.io/v1
          kind: GRPCRoute
          metadata: {name: %1$s-split, namespace: shop}
          spec:
            parentRefs: [{kind: Service, group: "", name: %1$s, port: 8080}]
            rules:
              - matches: [{headers: [{name: version, value: v2}]}]
                backendRefs: [{name: %1$s-v2, port: 8080}]
              - backendRefs: [{name: %1$s, port: 8080, weight: 50}, {name: %1$s-v2, port: 8080, weight: 50}]
          """
              .formatted(service));
    }
    return yaml.toString();
  }
}
