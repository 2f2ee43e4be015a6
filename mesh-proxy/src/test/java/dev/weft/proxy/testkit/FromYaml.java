package dev.weft.proxy.testkit;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.config.Assembly;
import dev.weft.proxy.config.ConfigAssembler;
import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Configuration as a user writes it. */
public final class FromYaml {
  private FromYaml() {}

  /** A bootstrap's static resources. */
  public static ProxyConfig config(String yaml) throws BootstrapException {
    try {
      Path file = Files.createTempFile("bootstrap", ".yaml");
      try {
        Files.writeString(file, yaml);
        Bootstrap bootstrap = Bootstrap.load(file);
        return ConfigAssembler.assemble(
                new Resources(
                    bootstrap.resources().listeners(),
                    Map.of(),
                    bootstrap.resources().clusters(),
                    Map.of(),
                    Map.of(),
                    Set.of(),
                    Set.of()),
                Assembly.NONE)
            .config();
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * A listener {@code in} whose manager counts by that name, and clusters; all in block style.
   *
   * @param manager its fields, routes at least
   * @param filters a list of what stands before the router; may be empty
   * @param clusters elements of a list
   */
  public static ProxyConfig served(String manager, String filters, String... clusters)
      throws BootstrapException {
    return config(
        """
        static_resources:
          clusters:
        %s
          listeners:
          - name: in
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: http
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: in
        %s
                  http_filters:
        %s
                  - name: router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
        """
            .formatted(
                indented(String.join("\n", clusters), 2),
                indented(manager, 10),
                indented(filters, 10)));
  }

  /** An element for {@link #served}: a cluster of what listens here and speaks HTTP/1.1. */
  public static String cluster(String name, int... ports) {
    return cluster(name, "", ports);
  }

  /** The same of what speaks HTTP/2. */
  public static String http2Cluster(String name, int... ports) {
    return cluster(
        name,
        """
        , typed_extension_protocol_options: {envoy.extensions.upstreams.http.v3.HttpProtocolOptions: {\
        "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions, \
        explicit_http_config: {http2_protocol_options: {}}}}\
        """,
        ports);
  }

  private static String cluster(String name, String more, int... ports) {
    String endpoints =
        Arrays.stream(ports)
            .mapToObj(
                port ->
                    "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: "
                        + port
                        + "}}}}")
            .collect(Collectors.joining(", "));
    return "- {name: %1$s, load_assignment: {cluster_name: %1$s, endpoints: [{lb_endpoints: [%2$s]}]}"
            .formatted(name, endpoints)
        + more
        + "}";
  }

  private static String indented(String yaml, int by) {
    return yaml.indent(by).stripTrailing();
  }

  /**
   * A listener {@code in} with these HTTP filters before the router, and clusters {@code up} (the
   * backend) and {@code other} (without endpoints).
   *
   * @param filters a flow sequence's elements
   * @param routes what stands beside {@code name} in a RouteConfiguration
   */
  public static ProxyConfig http(String filters, String routes, int backend)
      throws BootstrapException {
    return http(filters, routes, backend, "");
  }

  /** The same where {@code other} has an endpoint. */
  public static ProxyConfig http(String filters, String routes, int backend, int other)
      throws BootstrapException {
    return http(
        filters,
        routes,
        backend,
        ", endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1,"
            + " port_value: "
            + other
            + "}}}}]}]");
  }

  private static ProxyConfig http(String filters, String routes, int backend, String other)
      throws BootstrapException {
    return config(
        """
        static_resources:
          clusters:
          - name: up
            load_assignment:
              cluster_name: up
              endpoints:
              - lb_endpoints:
                - endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}
          - name: other
            load_assignment: {cluster_name: other%s}
          listeners:
          - name: in
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: http
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: in
                  route_config: {name: routes, %s}
                  http_filters: [%s, {name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]
        """
            .formatted(backend, other, filters(routes), filters(filters)));
  }

  /** Writes {@code @http/x.v3.Y} for a filter's type, and {@code @FilterConfig}. */
  private static String filters(String text) {
    return text.replaceAll(
            "@http/([\\w.]+)", "\"@type\": type.googleapis.com/envoy.extensions.filters.http.$1")
        .replace(
            "@FilterConfig", "\"@type\": type.googleapis.com/envoy.config.route.v3.FilterConfig");
  }
}
