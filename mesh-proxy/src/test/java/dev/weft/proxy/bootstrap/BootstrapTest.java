package dev.weft.proxy.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.xds.model.Listener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bootstraps as people write them for Envoy, and what is said of those that are wrong. */
class BootstrapTest {
  private static final String LISTENER =
      """
      - address: {socket_address: {address: %s, port_value: %d}}
        filter_chains:
        - filter_chain_match:
          filters:
          - name: tcp
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy
              stat_prefix: tcp
              cluster: app
      """;

  @TempDir Path folder;

  private Bootstrap load(String yaml) throws BootstrapException, IOException {
    return Bootstrap.load(Files.writeString(folder.resolve("bootstrap.yaml"), yaml));
  }

  private static String http(String filters) {
    return """
        static_resources:
          listeners:
          - address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: http
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: in
                  route_config: {virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, direct_response: {status: 200}}]}]}
                  http_filters:
        %s
                  - name: router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
        """
        .formatted(filters.indent(10));
  }

  @Test
  void listenersWithoutNamesGoByTheirAddresses() throws Exception {
    String listeners =
        LISTENER.formatted("127.0.0.1", 0)
            + LISTENER.formatted("127.0.0.1", 0)
            + LISTENER.formatted("'::1'", 8080);

    Bootstrap bootstrap =
        load(
            "static_resources:\n  clusters: [{name: app, type: STATIC}]\n  listeners:\n"
                + listeners.indent(2));

    assertThat(bootstrap.resources().listeners().values())
        .extracting(Listener::name)
        .containsExactlyInAnyOrder("127.0.0.1:0", "127.0.0.1:0#2", "[::1]:8080");
  }

  @Test
  void aFilterThatNobodyKnowsIsRefusedByItsFieldAndItsName() {
    assertThatThrownBy(
            () ->
                load(
                    http(
                        """
                        - name: gzip
                          typed_config: {"@type": type.googleapis.com/a.made.up.Filter, window_bits: 9, inner: {"@type": type.googleapis.com/another.One, a: 1}}
                        """)))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining(
            "static_resources.listeners[0].filter_chains[0].filters[0].typed_config"
                + ".http_filters[0].typed_config: the HTTP filter \"a.made.up.Filter\" is not supported");
  }

  @ParameterizedTest
  @CsvSource({"is_optional", "disabled"})
  void aFilterThatNobodyKnowsIsPassedOverWhereThatIsAllowed(String mark) throws Exception {
    Bootstrap bootstrap =
        load(
            http(
                """
                - name: gzip
                  %s: true
                  typed_config: {"@type": type.googleapis.com/a.made.up.Filter, window_bits: 9}
                """
                    .formatted(mark)));

    assertThat(bootstrap.resources().listeners()).hasSize(1);
  }

  @Test
  void aControlPlaneNeedsNoVersionOfItsTransport() throws Exception {
    Bootstrap bootstrap =
        load(
            """
            node: {id: a, cluster: b}
            dynamic_resources:
              ads_config: {api_type: GRPC, grpc_services: [{envoy_grpc: {cluster_name: xds}}]}
              cds_config: {ads: {}}
            static_resources:
              clusters:
              - name: xds
                type: STATIC
                typed_extension_protocol_options:
                  envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
                    "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
                    explicit_http_config: {http2_protocol_options: {}}
                load_assignment: {cluster_name: xds, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: 18000}}}}]}]}
            """);

    assertThat(bootstrap.ads()).isNotNull();
  }

  @Test
  void aListenerMayHaveSoManyConnections() throws Exception {
    Bootstrap bootstrap =
        load(
            """
            layered_runtime:
              layers:
              - name: static
                static_layer:
                  envoy: {resource_limits: {listener: {front.door: {connection_limit: 10000}}}}
                  envoy.resource_limits.listener.back.connection_limit: 0
            """);

    assertThat(List.of("front.door", "back", "other"))
        .extracting(bootstrap.overload()::maxConnections)
        .containsExactly(10_000, 0, Integer.MAX_VALUE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "admin: {adress: {}} | admin.adress: there is no such field in envoy.config.bootstrap.v3.Admin",
        "static_resources: {clusters: [{name: a}, {name: b, connect_timeout: soon}]} | static_resources.clusters[1].connect_timeout: Failed to parse",
        "static_resources: {clusters: [{name: a, type: NEAR}]} | static_resources.clusters[0].type: Invalid enum value",
        "static_resources: {clusters: {name: a}} | static_resources.clusters: Expected an array",
        "static_resources: {clusters: [{typed_extension_protocol_options: {x: {'@type': type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, explicit: 1}}}]} | static_resources.clusters[0].typed_extension_protocol_options[\"x\"].explicit: there is no such field",
        "static_resources: {clusters: [{transport_socket: {typed_config: {'@type': of.nobody}}}]} | static_resources.clusters[0].transport_socket.typed_config: Invalid type url",
        "layered_runtime: {layers: [{static_layer: {envoy.resource_limits.listener.a.connection_limit: -1}}]} | whole number of at least 0",
        "layered_runtime: {layers: [{static_layer: {envoy.resource_limits.cluster.a: 1}}]} | is not supported",
      })
  void whatIsWrongIsSaidWithItsPlace(String yaml, String message) {
    assertThatThrownBy(() -> load(yaml))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining(message);
  }
}
