package dev.weft.control.compile;

import dev.weft.control.discovery.MeshWorkload;
import java.util.Map;
import java.util.TreeMap;

/** A small mesh for the tests of this package. */
final class Shop {
  /** A gRPC service with its second version, an HTTP service with two ports, a TCP service. */
  static final String SERVICES =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: catalog, namespace: shop}
      spec: {ports: [{name: grpc, port: 8080, protocol: grpc}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: catalog-v2, namespace: shop}
      spec: {ports: [{name: grpc, port: 8080, protocol: grpc}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: ledger, namespace: shop}
      spec: {ports: [{name: http, port: 8080, protocol: http}, {name: web, port: 80, protocol: http}]}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: db, namespace: data}
      spec: {ports: [{name: pg, port: 5432, protocol: tcp}]}
      ---
      """;

  private Shop() {}

  static MeshWorkload sidecar(String namespace, String service, String address, String... ports) {
    return labelled(namespace, service, address, Map.of(), ports);
  }

  static MeshWorkload labelled(
      String namespace,
      String service,
      String address,
      Map<String, String> labels,
      String... ports) {
    Map<String, Integer> inbound = new TreeMap<>();
    for (String port : ports) {
      inbound.put(port, 15006);
    }
    return new MeshWorkload(
        "sidecar~" + namespace + "~" + service + "~" + address,
        namespace,
        service,
        address,
        inbound,
        labels,
        1,
        true);
  }

  static SidecarNode node(String namespace, String service, Map<String, Integer> ports) {
    return node(namespace, service, ports, Map.of(), Map.of());
  }

  static SidecarNode node(
      String namespace,
      String service,
      Map<String, Integer> ports,
      Map<String, String> labels,
      Map<String, Integer> upstreams) {
    return new SidecarNode(
        "sidecar~" + namespace + "~" + service + "~1",
        namespace,
        service,
        "10.0.0.1",
        "0.0.0.0",
        15006,
        15001,
        "127.0.0.1",
        ports,
        labels,
        upstreams,
        false);
  }
}
