package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.filter.FilterCompiler;
import dev.weft.proxy.filter.HttpFilters;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.proxy.testkit.TlsPeer;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.RouteConfig;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A whole data path with a listener, a route table and a cluster for every {@link Pair}, and a
 * recording endpoint behind each. Over mTLS clients and endpoints have certificates of the mesh.
 *
 * <p>Registered as an extension in a static field it serves all tests of a class; each begins with
 * nothing recorded.
 */
final class PairMesh
    implements AutoCloseable, BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
  private static final String APP = "spiffe://weft.local/ns/shop/sa/app";
  private static final TestCa CA = new TestCa("mesh root");
  private static final TlsPeer CALLER = new TlsPeer(CA.workload("shop", "caller"), CA);
  private static final TestCa.Issued APPLICATION = CA.workload("shop", "app");
  private static final TlsPeer ENDPOINT = new TlsPeer(APPLICATION, CA);

  /** There from {@link #start} on. */
  Mesh mesh;

  private final Map<Pair, RecordingUpstream> upstreams = new EnumMap<>(Pair.class);
  private final Map<Pair, int[]> ports = new EnumMap<>(Pair.class);

  /**
   * Vert.x closes clients that nothing refers to any more, also while their calls are under way.
   */
  private final Queue<Client> held = new ConcurrentLinkedQueue<>();

  private final Map<Pair, Client> clients = new EnumMap<>(Pair.class);
  private final UnaryOperator<HttpConnectionManager> managers;
  private final FilterCompiler filters;
  private UnaryOperator<RouteConfig> routes;
  private UnaryOperator<Cluster> clusters = UnaryOperator.identity();

  PairMesh() {
    this(UnaryOperator.identity());
  }

  /** With other settings of the connection managers. */
  PairMesh(UnaryOperator<HttpConnectionManager> managers) {
    this(managers, UnaryOperator.identity());
  }

  /** With other routes, too; what is given sends everything to the pair's cluster. */
  PairMesh(UnaryOperator<HttpConnectionManager> managers, UnaryOperator<RouteConfig> routes) {
    this(managers, routes, new HttpFilters());
  }

  /** With other filters, too. */
  PairMesh(
      UnaryOperator<HttpConnectionManager> managers,
      UnaryOperator<RouteConfig> routes,
      FilterCompiler filters) {
    this.managers = managers;
    this.routes = routes;
    this.filters = filters;
  }

  /** Starts it; JUnit does where it is registered. */
  PairMesh start() {
    mesh = new Mesh(filters);
    Tls.identify(mesh.secrets, CA.workload("shop", "proxy"), CA);
    for (Pair pair : Pair.values()) {
      RecordingUpstream upstream =
          new RecordingUpstream(mesh.outside, pair.up2, pair.mtls ? ENDPOINT : null);
      upstreams.put(pair, upstream);
      ports.put(pair, new int[] {upstream.port()});
    }
    apply();
    return this;
  }

  private void apply() {
    List<Listener> listeners = new ArrayList<>();
    Map<String, RouteConfig> tables = new HashMap<>();
    List<ClusterConfig> targets = new ArrayList<>();
    for (Pair pair : Pair.values()) {
      String name = pair.name();
      listeners.add(
          Configs.listener(
              name,
              List.of(),
              Configs.chain(
                  name,
                  ChainMatch.ANY,
                  pair.mtls ? Tls.downstream("h2", "http/1.1") : null,
                  managers.apply(Configs.manager(name, name)))));
      tables.put(name, routes.apply(Configs.all(name)));
      targets.add(
          new ClusterConfig(
              clusters.apply(
                  Configs.cluster(
                      name,
                      pair.up2 ? UpstreamProtocol.HTTP2 : UpstreamProtocol.HTTP1,
                      pair.mtls
                          ? Tls.upstream(APP, "app.shop.weft.local", pair.up2 ? "h2" : "http/1.1")
                          : null,
                      Cluster.Thresholds.DEFAULTS,
                      null)),
              Configs.endpoints(name, ports.get(pair))));
    }
    mesh.apply(new ProxyConfig(listeners, tables, targets));
  }

  /** Sends everything of a pair to other endpoints, which speak what the pair says. */
  PairMesh direct(Pair pair, int... endpoints) {
    if (!Arrays.equals(ports.put(pair, endpoints), endpoints)) {
      apply();
    }
    return this;
  }

  /** Sends everything of a pair to its recording endpoint, as in the beginning. */
  PairMesh redirect(Pair pair) {
    return direct(pair, upstreams.get(pair).port());
  }

  /** Changes routes and clusters of all pairs. */
  PairMesh change(UnaryOperator<RouteConfig> newRoutes, UnaryOperator<Cluster> newClusters) {
    routes = newRoutes;
    clusters = newClusters;
    apply();
    return this;
  }

  /** Where clients of a pair connect to. */
  int port(Pair pair) {
    return mesh.port(pair.name());
  }

  /** The pair's recording endpoint. */
  RecordingUpstream upstream(Pair pair) {
    return upstreams.get(pair);
  }

  /** Who a raw client of the pair is; null for plaintext. */
  TlsPeer caller(Pair pair) {
    return pair.mtls ? CALLER : null;
  }

  /** Who a raw endpoint of the pair is; null for plaintext. */
  TlsPeer endpoint(Pair pair) {
    return pair.mtls ? ENDPOINT : null;
  }

  /** What an endpoint of Vert.x needs to take the place of the pair's. */
  HttpServerOptions server(Pair pair) {
    return pair.mtls ? Tls.server(APPLICATION, CA) : new HttpServerOptions();
  }

  /** A new connection that speaks HTTP/1.1, if its user does. */
  RawClient http1(Pair pair) throws IOException {
    return pair.mtls ? RawClient.tls(CALLER, port(pair)) : new RawClient(port(pair));
  }

  /** A new HTTP/2 connection; both sides' SETTINGS are through. */
  RawHttp2 http2(Pair pair) {
    RawHttp2 client = RawHttp2.client(mesh.outside, port(pair), caller(pair));
    await("SETTINGS").until(() -> client.frames.contains("settings"));
    return client;
  }

  /** A well-behaved client of the pair that keeps its connections. */
  Client client(Pair pair) {
    return clients.computeIfAbsent(pair, this::newClient);
  }

  /** A well-behaved client of the pair that has no connection yet. */
  Client newClient(Pair pair) {
    return newClient(pair, 64);
  }

  /** One with so many connections over HTTP/1.1, at most. */
  Client newClient(Pair pair, int connections) {
    HttpVersion version = pair.down2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1;
    HttpClientOptions options =
        pair.mtls
            ? Tls.client(version, CA.workload("shop", "healthy"), CA)
            : new HttpClientOptions().setProtocolVersion(version).setHttp2ClearTextUpgrade(false);
    Client client = new Client(mesh.outside, options, connections);
    held.add(client);
    return client;
  }

  /** Others are served on, and what arrives of their requests is all that arrives. */
  void assertOnlyHealthyArrives(Pair pair) {
    assertServes(pair);
    assertThat(upstream(pair).paths()).as("what the endpoint saw").containsExactly("/healthy");
  }

  /** Others are served on. */
  void assertServes(Pair pair) {
    assertThat(client(pair).get(port(pair), "/healthy").status()).isEqualTo(200);
    upstream(pair).arrival("/healthy");
  }

  /** What arrived until now does not count. */
  void forget() {
    upstreams.values().forEach(RecordingUpstream::forget);
  }

  @Override
  public void beforeAll(ExtensionContext tests) {
    start();
  }

  @Override
  public void beforeEach(ExtensionContext test) {
    forget();
    mesh.telemetry.lines().clear();
    held.clear();
  }

  @Override
  public void afterAll(ExtensionContext tests) {
    close();
  }

  @Override
  public void close() {
    upstreams.values().forEach(RecordingUpstream::close);
    if (mesh != null) {
      mesh.close();
    }
  }
}
