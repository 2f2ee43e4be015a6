package dev.weft.proxy;

import dev.weft.xds.model.SocketAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A proxy from a bootstrap as a user writes it, with one HTTP listener named "in". */
final class FromBootstrap {
  private static final SocketAddress ANY = new SocketAddress("127.0.0.1", 0);

  /** The top of a file of a proxy with an admin interface, on the port named "admin". */
  static final String ADMIN =
      "admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}";

  private FromBootstrap() {}

  /**
   * Starts it.
   *
   * @param folder for its file
   * @param routes YAML of the routes of one virtual host for all names, in flow style or indented
   *     by two
   * @param clusters YAML of the clusters
   */
  static Proxy start(Path folder, String routes, String clusters) throws Exception {
    return start(folder, "", routes, clusters);
  }

  /** The same with more at the top of the file. */
  static Proxy start(Path folder, String top, String routes, String clusters) throws Exception {
    Path file = Files.createTempFile(folder, "bootstrap", ".yaml");
    write(file, top, routes, clusters);
    return start(file);
  }

  /** Starts a proxy from a whole file, on one event loop. */
  static Proxy start(Path file) throws Exception {
    return Proxy.start(
        new ProxyOptions(
            new ProxyOptions.Standalone(file, null),
            null,
            ANY,
            ANY,
            1,
            Duration.ofSeconds(1),
            null,
            "json"));
  }

  private static void write(Path file, String top, String routes, String clusters)
      throws IOException {
    Files.writeString(
        file,
        """
        %s
        static_resources:
          listeners:
          - name: in
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: in
                  route_config:
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
        %s
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
          clusters:
        %s
        """
            .formatted(top, routes.indent(14).stripTrailing(), clusters.indent(2).stripTrailing()));
  }

  /** YAML of a static cluster's endpoints on the loopback interface, each placed by its number. */
  static String endpoints(String cluster, int... ports) {
    StringBuilder endpoints = new StringBuilder();
    for (int i = 0; i < ports.length; i++) {
      endpoints
          .append(i == 0 ? "" : ", ")
          .append(
              """
              {endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}, \
              metadata: {filter_metadata: {envoy.lb: {hash_key: host-%d, number: "%d"}}}}\
              """
                  .formatted(ports[i], i, i));
    }
    return "load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [%s]}]}"
        .formatted(cluster, endpoints);
  }
}
