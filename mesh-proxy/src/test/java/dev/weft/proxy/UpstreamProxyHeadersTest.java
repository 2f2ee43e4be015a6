package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints that are told by PROXY headers whose requests a connection carries. */
class UpstreamProxyHeadersTest {
  private final Mesh mesh = new Mesh();
  private final Set<Object> connections = ConcurrentHashMap.newKeySet();
  private final Set<String> checkedFrom = ConcurrentHashMap.newKeySet();
  private Backend backend;

  @BeforeEach
  void start() {
    // It reads headers with Netty's own codec.
    backend =
        Backend.start(
            mesh.outside, new HttpServerOptions().setUseProxyProtocol(true), this::sayWhoAsks);
  }

  private void sayWhoAsks(HttpServerRequest request) {
    if (request.path().equals("/health")) {
      checkedFrom.add(request.remoteAddress().hostAddress());
    } else if (connections.add(request.connection())) {
      request.connection().closeHandler(closed -> connections.remove(request.connection()));
    }
    request.response().end("from " + request.remoteAddress() + ";");
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  private void apply(String version, String endpoints) throws BootstrapException {
    apply(version, endpoints, "");
  }

  private void apply(String version, String endpoints, String checks) throws BootstrapException {
    mesh.apply(
        FromYaml.config(
            """
            static_resources:
              clusters:
              - name: up
                transport_socket:
                  name: pp
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.transport_sockets.proxy_protocol.v3.ProxyProtocolUpstreamTransport
                    config: {version: %s}
                    transport_socket: {name: raw, typed_config: {"@type": type.googleapis.com/envoy.extensions.transport_sockets.raw_buffer.v3.RawBuffer}}
                load_assignment: {cluster_name: up, endpoints: [{lb_endpoints: [%s]}]}
                health_checks: [%s]
              listeners:
              - name: in
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                listener_filters:
                - name: pp
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol}
                filter_chains:
                - filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      route_config: {name: r, virtual_hosts: [{name: v, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: up}}]}]}
                      http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
            """
                .formatted(version, endpoints, checks)));
  }

  private String endpoint() {
    return "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}"
        .formatted(backend.port());
  }

  private static String ask(RawClient client) throws IOException {
    String answer = client.send("GET / HTTP/1.1\r\nhost: a.test\r\n\r\n").readUntil(";");
    return answer.substring(answer.indexOf("\r\n\r\n") + 4);
  }

  private RawClient from(String address) throws IOException {
    return new RawClient(mesh.port()).send("PROXY TCP4 " + address + " 5.6.7.8 11 99\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"V1", "V2"})
  void eachClientHasConnectionsOfItsOwn(String version) throws Exception {
    apply(version, endpoint());
    try (RawClient one = from("1.2.3.4");
        RawClient two = from("1.2.3.5")) {
      for (int i = 0; i < 3; i++) {
        assertThat(ask(one)).isEqualTo("from 1.2.3.4:11;");
        assertThat(ask(two)).isEqualTo("from 1.2.3.5:11;");
      }
    }
    assertThat(connections).hasSize(2);
    // Whoever says the same is the same.
    try (RawClient again = from("1.2.3.4")) {
      assertThat(ask(again)).isEqualTo("from 1.2.3.4:11;");
    }
    assertThat(connections.size()).isBetween(2, 3);
  }

  @Test
  void connectionsOfAllClientsGoWithTheirEndpoint() throws Exception {
    apply("V1", endpoint());
    try (RawClient one = from("1.2.3.4");
        RawClient two = from("1.2.3.5")) {
      ask(one);
      ask(two);
      apply("V1", "");
      await().until(connections::isEmpty);
    }
  }

  @Test
  void anotherHeaderTakesOtherConnections() throws Exception {
    apply("V1", endpoint());
    try (RawClient one = from("1.2.3.4")) {
      ask(one);
      Set<Object> before = Set.copyOf(connections);
      apply("V2", endpoint());
      assertThat(ask(one)).isEqualTo("from 1.2.3.4:11;");
      await().until(() -> before.stream().noneMatch(connections::contains));
      assertThat(connections).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"V1", "V2"})
  void checksAreTheProxysOwn(String version) throws Exception {
    apply(
        version,
        endpoint(),
        """
        {timeout: 5s, interval: 3600s, no_traffic_interval: 3600s, unhealthy_threshold: 1, healthy_threshold: 1, http_health_check: {path: /health}}""");
    await().until(() -> !checkedFrom.isEmpty());
    assertThat(checkedFrom).containsExactly("127.0.0.1");
    try (RawClient one = from("1.2.3.4")) {
      assertThat(ask(one)).isEqualTo("from 1.2.3.4:11;");
    }
  }
}
