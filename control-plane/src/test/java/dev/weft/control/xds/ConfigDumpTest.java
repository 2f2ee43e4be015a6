package dev.weft.control.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.control.compile.ClientKind;
import dev.weft.control.compile.MeshCompiler;
import dev.weft.control.compile.MeshInput;
import dev.weft.control.compile.MeshSnapshot.ForClient;
import dev.weft.control.compile.SidecarNode;
import dev.weft.control.compile.Yaml;
import dev.weft.xds.codec.Codecs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigDumpTest {
  private static final String MESH =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: a, namespace: shop}
      spec:
        ports:
          - {name: one, port: 80, protocol: http}
          - {name: two, port: 81, protocol: http}
          - {name: three, port: 82, protocol: http}
          - {name: four, port: 83, protocol: tcp}
      ---
      apiVersion: gateway.networking.k8s.io/v1
      kind: HTTPRoute
      metadata: {name: a, namespace: shop}
      spec:
        parentRefs: [{kind: Service, group: "", name: a, port: 80}]
        rules:
          - filters: [{type: CORS, cors: {allowOrigins: ["*"]}}]
            backendRefs: [{name: a, port: 80}]
      ---
      apiVersion: weft.dev/v1alpha1
      kind: TrafficPolicy
      metadata: {name: one, namespace: shop}
      spec:
        targetRef: {kind: Service, name: a, port: one}
        loadBalancing: {policy: RingHash, hash: {on: [{header: x-user}]}}
        faults: {delay: {duration: 1s}}
        rateLimit: {requests: 1, per: 1s}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: TrafficPolicy
      metadata: {name: two, namespace: shop}
      spec:
        targetRef: {kind: Service, name: a, port: two}
        loadBalancing: {policy: Maglev, hash: {on: [{header: x-user}]}}
      ---
      apiVersion: weft.dev/v1alpha1
      kind: TrafficPolicy
      metadata: {name: three, namespace: shop}
      spec:
        targetRef: {kind: Service, name: a, port: three}
        loadBalancing: {policy: PeakEwma}
      """;

  @Test
  void everythingThatPoliciesSayCanBeRead() {
    SidecarNode node =
        new SidecarNode(
            "sidecar~shop~a~1",
            "shop",
            "a",
            "10.0.0.1",
            "0.0.0.0",
            15006,
            15001,
            "127.0.0.1",
            Map.of("one", 9000, "four", 9001),
            Map.of(),
            Map.of(),
            false);
    ForClient client =
        new MeshCompiler(new Codecs(), "weft.local")
            .compile(new MeshInput(Yaml.config(1, MESH), List.of(), "weft.local"))
            .snapshot()
            .forClient(new ClientKind.Sidecar(node));

    assertThat(ConfigDump.of(((ForClient.Ready) client).snapshot()))
        .contains("RingHash", "Maglev", "PeakEwma", "HTTPFault", "LocalRateLimit", "CorsPolicy")
        .doesNotContain("unreadable");
  }
}
