package dev.weft.proxy;

import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.tls.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Sidecars of services, each a whole proxy from a bootstrap as a user writes it, with mutual TLS
 * between them. Callers' sidecars come in at the listener "in", a sidecar's own service goes out by
 * "out".
 */
final class Sidecars implements AutoCloseable {
  private static final String LISTENER =
      """
      - name: %1$s
        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
        filter_chains:
        - filters:
          - name: envoy.filters.network.http_connection_manager
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
              stat_prefix: %1$s
              route_config:
                virtual_hosts:
                - name: all
                  domains: ["*"]
                  metadata: {filter_metadata: {%5$s}}
                  routes:
      %2$s
              http_filters:
      %3$s
              - name: envoy.filters.http.router
                typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
      %4$s
      """;

  private static final String CLUSTER =
      """
      - name: %1$s
        type: STATIC
        typed_extension_protocol_options:
          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
            "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
            explicit_http_config: {%2$s: {}}
        %3$s
      %4$s
      """;

  private static final String TLS =
      """
      transport_socket:
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.%1$s
          %2$s
          common_tls_context:
            alpn_protocols: [%3$s]
            tls_certificates: [{certificate_chain: {filename: "%4$s.pem"}, private_key: {filename: "%4$s.key"}}]
            validation_context: {trusted_ca: {filename: "%5$s"}, match_typed_subject_alt_names: [{san_type: URI, matcher: {%6$s}}]}
      """;

  private final Path folder;
  private final boolean http2;
  private final TestCa ca = new TestCa("mesh root");
  private boolean budgets;
  private final Deque<Proxy> open = new ArrayDeque<>();

  /**
   * @param http2 what sidecars speak to each other and to their applications, instead of HTTP/1.1
   */
  Sidecars(Path folder, boolean http2) throws IOException {
    this.folder = folder;
    this.http2 = http2;
    Files.writeString(folder.resolve("ca.pem"), Pem.ofCertificates(List.of(ca.root())));
  }

  /** The time that a request has gets less from hop to hop, with all that are made from now on. */
  Sidecars withBudgets() {
    budgets = true;
    return this;
  }

  /** One that is not there yet, for a service of the namespace "shop". */
  Sidecar of(String service) {
    return new Sidecar(service);
  }

  /** What a bootstrap says of one. */
  final class Sidecar {
    private final String service;
    private final StringBuilder listeners = new StringBuilder();
    private final StringBuilder clusters = new StringBuilder();

    private Sidecar(String service) {
      this.service = service;
    }

    /** Takes what comes for its application, as long as that may take. */
    Sidecar in(int application) {
      listener(
          "in",
          "- {match: {prefix: /}, route: {cluster: application, timeout: 0s}}",
          "",
          tls(
              "DownstreamTlsContext",
              "require_client_certificate: true",
              "h2, http/1.1",
              "prefix: \"spiffe://weft.local/ns/shop/\""),
          "remember");
      cluster("application", application, "");
      return this;
    }

    /**
     * Takes what its application sends.
     *
     * @param filters YAML of filters before the router; may be empty
     * @param routes YAML of the routes of one virtual host for all names
     */
    Sidecar out(String filters, String routes) {
      listener("out", routes, filters, "", "recall");
      return this;
    }

    /** Knows another service by the port of its sidecar. */
    Sidecar to(String other, int port) {
      cluster(
          other,
          port,
          tls(
              "UpstreamTlsContext",
              "sni: " + other + ".shop.weft.local",
              http2 ? "h2" : "http/1.1",
              "exact: \"spiffe://weft.local/ns/shop/sa/" + other + "\""));
      return this;
    }

    private void listener(String name, String routes, String filters, String tls, String budget) {
      listeners.append(
          LISTENER.formatted(
              name,
              indented(routes, 12),
              indented(filters, 8),
              indented(tls, 4),
              budgets ? "weft.deadlines: {" + budget + ": true}" : ""));
    }

    private void cluster(String name, int port, String tls) {
      clusters.append(
          CLUSTER.formatted(
              name,
              http2 ? "http2_protocol_options" : "http_protocol_options",
              FromBootstrap.endpoints(name, port),
              indented(tls, 2)));
    }

    private String tls(String context, String more, String alpn, String peer) {
      return TLS.formatted(
          context, more, alpn, folder.resolve(service), folder.resolve("ca.pem"), peer);
    }

    /** Starts it, with an admin interface; it is closed with all others. */
    Proxy start() throws Exception {
      TestCa.Issued identity = ca.workload("shop", service);
      Files.writeString(folder.resolve(service + ".pem"), Pem.ofCertificates(identity.chain()));
      Files.writeString(folder.resolve(service + ".key"), Pem.ofKey(identity.keys().getPrivate()));
      Path file = folder.resolve(service + ".yaml");
      Files.writeString(
          file,
          FromBootstrap.ADMIN
              + "\nstatic_resources:\n  listeners:\n"
              + indented(listeners.toString(), 2)
              + "\n  clusters:\n"
              + indented(clusters.toString(), 2)
              + "\n");
      Proxy proxy = FromBootstrap.start(file);
      open.push(proxy);
      return proxy;
    }
  }

  private static String indented(String yaml, int by) {
    return yaml.indent(by).stripTrailing();
  }

  /** All of them, the last one first. */
  List<Proxy> all() {
    return List.copyOf(open);
  }

  /** Callers end before those that they call. */
  @Override
  public void close() {
    open.forEach(Proxy::close);
  }
}
