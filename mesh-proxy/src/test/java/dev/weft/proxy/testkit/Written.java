package dev.weft.proxy.testkit;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Listener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Configurations as users write them: a bootstrap with one listener and static clusters. */
public final class Written {
  private Written() {}

  /**
   * A listener {@code in} with an HttpConnectionManager.
   *
   * @param fields of the manager, indented by nothing
   * @param routes of its one virtual host, a list
   * @param backend what the cluster {@code app} is
   */
  public static ProxyConfig manager(String fields, String routes, int backend)
      throws BootstrapException {
    return config(
        """
        static_resources:
          listeners:
          - name: in
            address: {socket_address: {address: 127.0.0.1, port_value: 0}}
            filter_chains:
            - name: chain-a
              filters:
              - name: envoy.filters.network.http_connection_manager
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                  stat_prefix: in
        %s
                  http_filters:
                  - name: envoy.filters.http.router
                    typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                  route_config:
                    name: local
                    virtual_hosts:
                    - name: all
                      domains: ["*"]
                      routes:
        %s
          clusters:
          - name: app
            connect_timeout: 1s
            load_assignment: {cluster_name: app, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
        """
            .formatted(fields.indent(10), routes.indent(14), backend));
  }

  /** The static resources of a bootstrap. */
  public static ProxyConfig config(String yaml) throws BootstrapException {
    try {
      Path file = Files.createTempFile("bootstrap", ".yaml");
      try {
        Files.writeString(file, yaml);
        Bootstrap bootstrap = Bootstrap.load(file);
        List<ClusterConfig> clusters = new ArrayList<>();
        for (Cluster cluster : bootstrap.resources().clusters().values()) {
          if (cluster.discovery() instanceof Cluster.Static(var endpoints)) {
            clusters.add(new ClusterConfig(cluster, endpoints));
          }
        }
        List<Listener> listeners = List.copyOf(bootstrap.resources().listeners().values());
        return new ProxyConfig(listeners, Map.of(), clusters);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
