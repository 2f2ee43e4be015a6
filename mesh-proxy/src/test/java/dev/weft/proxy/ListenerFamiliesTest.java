package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.proxy.testkit.Client;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which clients an address of IPv6 takes, as on Envoy. */
class ListenerFamiliesTest {
  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final Client client = new Client(vertx, HttpVersion.HTTP_1_1);

  @AfterEach
  void close() {
    Client.await(vertx.close());
  }

  private static String listener(String name, String address) {
    return """
        - name: %1$s
          address: {socket_address: {%2$s}}
          filter_chains:
          - filters:
            - name: http
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: in
                route_config:
                  virtual_hosts: [{name: all, domains: ["*"], routes: [{match: {prefix: /}, direct_response: {status: 200, body: {inline_string: %1$s}}}]}]
                http_filters:
                - name: router
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
        """
        .formatted(name, address)
        .indent(2);
  }

  private StandaloneProxy start(String... listeners) throws Exception {
    Path bootstrap = folder.resolve("bootstrap.yaml");
    Files.writeString(bootstrap, "static_resources:\n  listeners:\n" + String.join("", listeners));
    return StandaloneProxy.start(bootstrap, folder.resolve("access.log"), "%RESPONSE_CODE%");
  }

  private static void connect(String host, int port) throws IOException {
    new Socket(InetAddress.ofLiteral(host), port).close();
  }

  @Test
  void oneTakesBothFamiliesOnlyWhereItSaysSo() throws Exception {
    try (StandaloneProxy proxy =
        start(
            listener("six", "address: '::', port_value: 0"),
            listener("both", "address: '::', port_value: 0, ipv4_compat: true"))) {
      connect("::1", proxy.port("six"));
      assertThatThrownBy(() -> connect("127.0.0.1", proxy.port("six")))
          .isInstanceOf(ConnectException.class);
      connect("::1", proxy.port("both"));
      connect("127.0.0.1", proxy.port("both"));
    }
  }

  @Test
  void anAddressOfIpv4TakesNoIpv6() throws Exception {
    try (StandaloneProxy proxy = start(listener("four", "address: 0.0.0.0, port_value: 0"))) {
      connect("127.0.0.1", proxy.port("four"));
      assertThatThrownBy(() -> connect("::1", proxy.port("four")))
          .isInstanceOf(ConnectException.class);
    }
  }

  @Test
  void eachFamilyHasAListenerOfItsOwnOnOnePort() throws Exception {
    int port;
    try (StandaloneProxy proxy = start(listener("four", "address: 0.0.0.0, port_value: 0"))) {
      port = proxy.port("four");
    }
    try (StandaloneProxy proxy =
        start(
            listener("four", "address: 0.0.0.0, port_value: " + port),
            listener("six", "address: '::', port_value: " + port))) {
      assertThat(client.get(port, "/").body()).isEqualTo("four");
      assertThat(proxy.port("six")).isEqualTo(port);
      connect("::1", port);
    }
  }
}
