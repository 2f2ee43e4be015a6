package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Any;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.sidecar.SidecarOptions;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.CertificateServer;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.protocol.EncodedResource;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.protocol.ServerAction;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A whole sidecar, enrolled by its token, whose control plane sends it something wrong by ADS. */
class SidecarRefusalTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String CONTROL_PLANE = "spiffe://weft.local/ns/weft-system/sa/control-plane";
  private static final SocketAddress ANY = new SocketAddress("127.0.0.1", 0);
  private static final Codecs CODECS = new Codecs();

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final TestCa ca = new TestCa("mesh root");
  private long revision;

  @Test
  void aWrongResourceIsRefusedByNameAndFieldAndTheLastGoodOneGoesOnServing() throws Exception {
    int port = freePort();
    try (CertificateServer controlPlane = new CertificateServer(vertx, ca, ca.uri(CONTROL_PLANE));
        Backend backend = Backend.named(vertx, "catalog")) {
      RouteConfig routes = Configs.all("catalog");
      controlPlane.ads().serve(snapshot(port, backend.port(), CODECS.encode(routes)));
      Proxy sidecar = Proxy.start(options(controlPlane.port()));
      try {
        Client client = new Client(vertx, HttpVersion.HTTP_1_1);
        await()
            .atMost(PATIENCE)
            .ignoreExceptions()
            .untilAsserted(() -> assertThat(client.get(port, "/").status()).isEqualTo(200));

        controlPlane.ads().serve(snapshot(port, backend.port(), withBrokenExpression(routes)));

        await().atMost(PATIENCE).until(() -> !controlPlane.ads().refusals().isEmpty());
        ServerAction.Refused<?> refused = controlPlane.ads().refusals().getFirst();
        assertThat(refused.type()).isEqualTo(XdsType.ROUTE);
        assertThat(refused.reasons()).containsOnlyKeys("routes");
        assertThat(refused.reasons().get("routes"))
            .contains("virtual_hosts[0].routes[0].match.safe_regex", "(never closed");
        assertThat(client.get(port, "/").body()).isEqualTo("catalog");

        RouteConfig mended =
            Configs.routes(
                Configs.route(RouteMatch.prefix("/"), new RouteAction.DirectResponse(299, "new")));
        controlPlane.ads().serve(snapshot(port, backend.port(), CODECS.encode(mended)));
        await()
            .atMost(PATIENCE)
            .untilAsserted(() -> assertThat(client.get(port, "/").status()).isEqualTo(299));
      } finally {
        sidecar.close();
      }
    } finally {
      Client.await(vertx.close());
    }
  }

  private ProxyOptions options(int controlPlane) throws Exception {
    Path token = folder.resolve("token");
    Files.writeString(token, CertificateServer.token(ca, "shop", "cart"));
    SidecarOptions sidecar =
        new SidecarOptions(
            List.of(new SocketAddress("127.0.0.1", controlPlane)),
            "shop",
            "cart",
            token,
            folder.resolve("data"),
            "127.0.0.1",
            ANY,
            ANY,
            Map.of("http", freePort()),
            Map.of(),
            Map.of());
    return new ProxyOptions(
        new ProxyOptions.Sidecar(sidecar), ANY, null, null, 1, Duration.ofSeconds(1), null, "json");
  }

  private ResourceSnapshot snapshot(int port, int backend, Any routes) {
    ClusterConfig cluster = Configs.cluster("catalog", UpstreamProtocol.HTTP1, backend);
    return ResourceSnapshot.builder(++revision)
        .add(encoded(listener(port)))
        .add(encoded(cluster.cluster()))
        .add(encoded(cluster.endpoints()))
        .add(
            EncodedResource.of(
                new ResourceKey(XdsType.ROUTE, "routes"),
                Integer.toHexString(routes.hashCode()),
                routes))
        .build();
  }

  private static EncodedResource encoded(XdsResource resource) {
    Any body = CODECS.encode(resource);
    return EncodedResource.of(resource.key(), Integer.toHexString(body.hashCode()), body);
  }

  private static Listener listener(int port) {
    Listener any = Configs.http("in", "routes");
    return new Listener(
        any.name(),
        new SocketAddress("127.0.0.1", port),
        any.filterChains(),
        any.defaultFilterChain(),
        false,
        Duration.ofSeconds(15),
        Listener.TrafficDirection.UNSPECIFIED,
        null);
  }

  private static Any withBrokenExpression(RouteConfig routes) throws Exception {
    RouteConfiguration.Builder broken =
        CODECS.encode(routes).unpack(RouteConfiguration.class).toBuilder();
    broken
        .getVirtualHostsBuilder(0)
        .getRoutesBuilder(0)
        .getMatchBuilder()
        .setSafeRegex(RegexMatcher.newBuilder().setRegex("(never closed"));
    return Any.pack(broken.build());
  }

  private static int freePort() throws Exception {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
