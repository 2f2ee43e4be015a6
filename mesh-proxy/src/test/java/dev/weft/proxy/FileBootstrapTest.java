package dev.weft.proxy;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.TlsPeer;
import dev.weft.proxy.tls.Pem;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole proxy from a bootstrap that takes resources from files, as users write it for Envoy.
 */
class FileBootstrapTest {
  private static final String MANAGER =
      """
      {filters: [{name: http, typed_config: {
        "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager,
        stat_prefix: web,
        rds: {route_config_name: table, config_source: {path_config_source: {path: %s}}},
        http_filters: [{name: router, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}}]}}]}
      """;

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final Client client = new Client(vertx, HttpVersion.HTTP_1_1);
  private Backend one;
  private Backend two;

  @BeforeEach
  void open() throws IOException {
    one = Backend.named(vertx, "one");
    two = Backend.named(vertx, "two");
    write("routes.yaml", table("a"));
    write("endpoints.yaml", endpoints("a", one.port()));
  }

  @AfterEach
  void close() {
    Client.await(vertx.close());
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  /** As editors and Envoy's documentation have it: whoever reads sees the old or the new. */
  private void move(String name, String text) throws IOException {
    Path fresh = write(name + ".new", text);
    Files.move(fresh, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
  }

  private static String table(String cluster) {
    return """
        version_info: "1"
        resources:
        - "@type": type.googleapis.com/envoy.config.route.v3.RouteConfiguration
          name: table
          virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: %s}}]}]
        - "@type": type.googleapis.com/envoy.config.route.v3.RouteConfiguration
          name: another
        """
        .formatted(cluster);
  }

  private static String endpoints(String name, int port) {
    return """
        resources:
        - "@type": type.googleapis.com/envoy.config.endpoint.v3.ClusterLoadAssignment
          cluster_name: %s
          endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]
        """
        .formatted(name, port);
  }

  private String cluster(String name) {
    return "{name: %s, type: EDS, eds_cluster_config: {eds_config: {path_config_source: {path: %s}}}}"
        .formatted(name, folder.resolve("endpoints.yaml"));
  }

  private String fixed() {
    return """
    static_resources:
      listeners:
      - name: web
        address: {socket_address: {address: 127.0.0.1, port_value: 0}}
        filter_chains:
        - %s
      clusters:
      - %s
    """
        .formatted(
            MANAGER.formatted(folder.resolve("routes.yaml")).indent(10).strip(), cluster("a"));
  }

  private StandaloneProxy start(String bootstrap) throws Exception {
    return StandaloneProxy.start(
        write("bootstrap.yaml", bootstrap), folder.resolve("access.log"), "%RESPONSE_CODE%");
  }

  private String get(StandaloneProxy proxy) {
    return client.get(proxy.port("web"), "/").body();
  }

  @Test
  void endpointsAndRoutesFollowTheirFiles() throws Exception {
    try (StandaloneProxy proxy = start(fixed())) {
      assertThat(get(proxy)).isEqualTo("one");

      move("endpoints.yaml", endpoints("a", two.port()));
      await("the endpoint that was moved into place").until(() -> get(proxy).equals("two"));

      write("endpoints.yaml", endpoints("a", one.port()));
      await("the endpoint that was written").until(() -> get(proxy).equals("one"));

      move("routes.yaml", table("nobody"));
      await("the other table").until(() -> client.get(proxy.port("web"), "/").status() == 503);
    }
  }

  @Test
  void whatIsWrongLeavesWhatWasGood() throws Exception {
    try (StandaloneProxy proxy = start(fixed())) {
      move("endpoints.yaml", "resources: [");
      move("routes.yaml", table("a").replace("prefix: /", "prefix: /, grpc: {}, runtime: {}"));
      Files.delete(folder.resolve("endpoints.yaml"));
      assertThat(get(proxy)).isEqualTo("one");

      write("endpoints.yaml", endpoints("a", two.port()));
      await("what is good again").until(() -> get(proxy).equals("two"));
    }
  }

  @Test
  void listenersAndClustersComeAndGoWithTheirFiles() throws Exception {
    write("clusters.yaml", clusters("a"));
    write("listeners.yaml", listeners("web"));
    String bootstrap =
        """
        dynamic_resources:
          lds_config: {path_config_source: {path: %1$s/listeners.yaml}}
          cds_config: {path: %1$s/clusters.yaml}
        """
            .formatted(folder);
    try (StandaloneProxy proxy = start(bootstrap)) {
      assertThat(get(proxy)).isEqualTo("one");
      write("endpoints.yaml", endpoints("b", two.port()));

      move("clusters.yaml", clusters("b"));
      move("routes.yaml", table("b"));
      await("the other cluster").until(() -> get(proxy).equals("two"));

      int port = proxy.port("web");
      move("listeners.yaml", "resources: []");
      await("nobody who listens").until(() -> refuses(port));
    }
  }

  @Test
  void aLinkThatLeadsElsewhereIsAChange() throws Exception {
    Path before = Files.createDirectory(folder.resolve("..before"));
    Path after = Files.createDirectory(folder.resolve("..after"));
    Files.writeString(before.resolve("endpoints.yaml"), endpoints("a", one.port()));
    Files.writeString(after.resolve("endpoints.yaml"), endpoints("a", two.port()));
    Files.delete(folder.resolve("endpoints.yaml"));
    Files.createSymbolicLink(folder.resolve("..data"), before.getFileName());
    Files.createSymbolicLink(folder.resolve("endpoints.yaml"), Path.of("..data/endpoints.yaml"));
    try (StandaloneProxy proxy = start(fixed())) {
      assertThat(get(proxy)).isEqualTo("one");

      Path fresh = Files.createSymbolicLink(folder.resolve("..new"), after.getFileName());
      Files.move(fresh, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
      await("what the link leads to").until(() -> get(proxy).equals("two"));
    }
  }

  @Test
  void certificatesThatAFileOfSecretsNamesAreReadAgain() throws Exception {
    TestCa before = new TestCa("before");
    TestCa after = new TestCa("after");
    place(before.dns("web.test"));
    write(
        "secrets.yaml",
        """
        resources:
        - "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret
          name: web
          tls_certificate: {certificate_chain: {filename: %1$s/chain.pem}, private_key: {filename: %1$s/key.pem}}
        """
            .formatted(folder));
    String tls =
        """
        {transport_socket: {name: tls, typed_config: {
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext,
          common_tls_context: {tls_certificate_sds_secret_configs: [{name: web, sds_config: {path_config_source: {path: %s}}}]}}},
        """
            .formatted(folder.resolve("secrets.yaml"))
            .indent(10)
            .strip();
    try (StandaloneProxy proxy = start(fixed().replace("{filters:", tls + " filters:"))) {
      assertThat(trusts(before, proxy.port("web"))).isTrue();
      assertThat(trusts(after, proxy.port("web"))).isFalse();

      place(after.dns("web.test"));
      await("the other certificate").until(() -> trusts(after, proxy.port("web")));
    }
  }

  private void place(TestCa.Issued certificate) throws IOException {
    move("chain.pem", Pem.ofCertificates(certificate.chain()));
    move("key.pem", Pem.ofKey(certificate.keys().getPrivate()));
  }

  private static boolean trusts(TestCa root, int port) throws IOException {
    TlsPeer peer = new TlsPeer(root.dns("client.test"), root);
    try (RawClient handshake =
        peer.named(new Socket(InetAddress.getLoopbackAddress(), port), "web.test")) {
      return handshake != null;
    } catch (SSLException e) {
      return false;
    }
  }

  @Test
  void aNameThatAFileDoesNotGiveKeepsNothingWaiting() throws Exception {
    write("endpoints.yaml", endpoints("another", one.port()));
    try (StandaloneProxy proxy = start(fixed())) {
      assertThat(client.get(proxy.port("web"), "/").status()).isEqualTo(503);
    }
  }

  @Test
  void aFileThatIsNotThereIsSaidWithItsField() {
    assertThatThrownBy(() -> start(fixed().replace("endpoints.yaml", "nowhere.yaml")))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining(
            "static_resources.clusters[0].eds_cluster_config.eds_config.path_config_source.path: is"
                + " no file that can be read");
  }

  @Test
  void aPathThatTheSystemDoesNotTakeIsSaidWithItsField() {
    String path = folder.resolve("endpoints.yaml").toString();
    assertThatThrownBy(() -> start(fixed().replace(path, "\"a\\0b\"")))
        .isInstanceOf(BootstrapException.class)
        .hasMessageContaining(
            "static_resources.clusters[0].eds_cluster_config.eds_config.path_config_source.path: is"
                + " no file that can be read");
  }

  private String clusters(String name) {
    return "resources:\n- {\"@type\": type.googleapis.com/envoy.config.cluster.v3.Cluster, "
        + cluster(name).substring(1);
  }

  private String listeners(String name) {
    return """
        resources:
        - "@type": type.googleapis.com/envoy.config.listener.v3.Listener
          name: %s
          address: {socket_address: {address: 127.0.0.1, port_value: 0}}
          filter_chains:
          - %s
        """
        .formatted(name, MANAGER.formatted(folder.resolve("routes.yaml")).indent(10).strip());
  }

  private boolean refuses(int port) {
    try {
      client.get(port, "/");
      return false;
    } catch (RuntimeException e) {
      return true;
    }
  }
}
