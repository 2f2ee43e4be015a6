package dev.weft.proxy;

import static dev.weft.proxy.testkit.RawHttp2.text;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.AdsServer;
import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.proxy.testkit.Statistics;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.protocol.EncodedResource;
import dev.weft.xds.protocol.ResourceSnapshot;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Streams follow an endpoint that comes, or comes back, and none of them is cut for it. */
class LongStreamRebalanceTest {
  private static final int CALLERS = 12;
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final SocketAddress ANY = new SocketAddress("127.0.0.1", 0);
  private static final String ADDRESS =
      "address: {socket_address: {address: 127.0.0.1, port_value: %d}}";
  private static final String BOOTSTRAP =
      """
      node: {id: edge-1, cluster: edge}
      admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}
      dynamic_resources:
        ads_config:
          api_type: DELTA_GRPC
          transport_api_version: V3
          grpc_services: [{envoy_grpc: {cluster_name: xds_cluster}}]
        lds_config: {ads: {}, resource_api_version: V3}
        cds_config: {ads: {}, resource_api_version: V3}
      static_resources:
        listeners:
        - name: in
          address: {socket_address: {address: 127.0.0.1, port_value: 0}}
          filter_chains:
          - filters:
            - name: http
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: in
                route_config:
                  virtual_hosts:
                  - {name: all, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: feed, timeout: 0s}}]}
                http_filters:
                - name: streams
                  typed_config:
                    "@type": type.googleapis.com/weft.filters.http.long_streams.v1.LongStreams
                    rebalance: {max_percent: 50, interval: 0.2s}
                - name: router
                  typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
        clusters:
        - name: feed
          type: EDS
          eds_cluster_config: {eds_config: {ads: {}, resource_api_version: V3}}
          outlier_detection: {consecutive_5xx: 3, interval: 0.1s, base_ejection_time: 4s, max_ejection_percent: 100, enforcing_success_rate: 0}
          load_balancing_policy:
            policies:
            - typed_extension_config:
                name: least
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest
                  selection_method: FULL_SCAN
          typed_extension_protocol_options: &http2
            envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
              "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
              explicit_http_config: {http2_protocol_options: {}}
        - name: xds_cluster
          typed_extension_protocol_options: *http2
          load_assignment:
            cluster_name: xds_cluster
            endpoints: [{lb_endpoints: [{endpoint: {%s}}]}]
      """;

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx();
  private final List<RecordingUpstream> endpoints = new ArrayList<>();
  private final List<Caller> callers = new ArrayList<>();
  private final List<RawHttp2> connections = new ArrayList<>();
  private AdsServer controlPlane;
  private Proxy proxy;
  private int port;
  private long revision;

  /** The endpoint that fails; null for none. */
  private volatile RecordingUpstream failing;

  @BeforeEach
  void start() throws Exception {
    controlPlane = AdsServer.plaintext(vertx, 0);
    addEndpoint();
    addEndpoint();
    discover();
    Path file = folder.resolve("bootstrap.yaml");
    Files.writeString(file, BOOTSTRAP.formatted(ADDRESS.formatted(controlPlane.port())));
    proxy =
        Proxy.start(
            new ProxyOptions(
                new ProxyOptions.Standalone(file, null),
                null,
                ANY,
                ANY,
                2,
                Duration.ofSeconds(1),
                null,
                "json"));
    await("the listener").atMost(PATIENCE).until(() -> proxy.view().addresses().containsKey("in"));
    port = proxy.view().addresses().get("in").getPort();
  }

  @AfterEach
  void close() {
    connections.forEach(RawHttp2::close);
    if (proxy != null) {
      proxy.close();
    }
    controlPlane.close();
    endpoints.forEach(RecordingUpstream::close);
    Client.await(vertx.close());
  }

  /** One that says goodbye when its client does. */
  private void addEndpoint() {
    RecordingUpstream endpoint = new RecordingUpstream(vertx, true, null);
    endpoints.add(
        endpoint
            .onHead(arrival -> begin(endpoint, arrival))
            .onEnd(
                arrival -> {
                  if (!isShort(arrival)) {
                    arrival.data("goodbye", true);
                  }
                }));
  }

  private void begin(RecordingUpstream endpoint, Arrival arrival) {
    if (isShort(arrival)) {
      arrival.headOnly(endpoint == failing ? 503 : 200);
    } else {
      arrival.head(200);
    }
  }

  private static boolean isShort(Arrival arrival) {
    return arrival.path().equals("/short");
  }

  private void discover() {
    EndpointSet set =
        Configs.endpoints("feed", endpoints.stream().mapToInt(RecordingUpstream::port).toArray());
    controlPlane
        .ads()
        .serve(
            ResourceSnapshot.builder(++revision)
                .add(
                    EncodedResource.of(
                        set.key(), Long.toString(revision), new Codecs().encode(set)))
                .build());
  }

  /** Has one stream, and says something now and then; each says what comes after the last. */
  private final class Caller {
    private final String name;
    private RawHttp2 connection;
    private int streams;
    private int said;

    private Caller(String name) {
      this.name = name;
    }

    void open() {
      connection = RawHttp2.client(vertx, port);
      connections.add(connection);
      String path = "/" + name + "/" + streams++;
      connection.request(
          3,
          new DefaultHttp2Headers().method("POST").scheme("http").authority("feed.test").path(path),
          false);
      await("the stream " + path)
          .atMost(PATIENCE)
          .until(() -> arrivals().stream().anyMatch(arrival -> path.equals(arrival.path())));
    }

    void say() {
      send(connection, said++ + ";", false);
    }

    void end() {
      send(connection, "", true);
    }

    boolean isToldToLeave() {
      return connection.frames.stream().anyMatch(frame -> frame.startsWith("goaway"));
    }

    /** Opens the next stream, and ends the one before when it has said its last. */
    void move() {
      RawHttp2 before = connection;
      send(before, said++ + ";", false);
      open();
      say();
      send(before, "", true);
    }

    /** All that endpoints have of it. */
    String heard() {
      return IntStream.range(0, streams)
          .mapToObj(
              number ->
                  arrivals().stream()
                      .filter(arrival -> arrival.path().equals("/" + name + "/" + number))
                      .map(Arrival::body)
                      .collect(Collectors.joining()))
          .collect(Collectors.joining());
    }

    String wasSaid() {
      return IntStream.range(0, said)
          .mapToObj(number -> number + ";")
          .collect(Collectors.joining());
    }

    private void send(RawHttp2 to, String data, boolean end) {
      to.write((writer, ctx) -> writer.writeData(ctx, 3, text(data), 0, end, ctx.newPromise()));
    }
  }

  private void all(Consumer<Caller> action) {
    callers.forEach(action);
  }

  private List<Arrival> arrivals() {
    return endpoints.stream()
        .flatMap(endpoint -> endpoint.arrivals().stream())
        .filter(arrival -> !isShort(arrival))
        .toList();
  }

  private List<Long> openByEndpoint() {
    return endpoints.stream()
        .map(
            endpoint ->
                endpoint.arrivals().stream()
                    .filter(arrival -> !arrival.complete() && !isShort(arrival))
                    .count())
        .toList();
  }

  private void addCaller() {
    Caller caller = new Caller("caller-" + callers.size());
    callers.add(caller);
    caller.open();
    caller.say();
  }

  @Test
  void anEndpointThatIsAddedGetsItsShareAndNoStreamIsCut() {
    for (int i = 0; i < CALLERS; i++) {
      addCaller();
    }
    assertThat(openByEndpoint()).containsExactly(6L, 6L);

    addEndpoint();
    discover();
    moveUntil(List.of(4L, 4L, 4L));

    assertThatNothingWasLost();
    assertThat(arrivals()).hasSize(CALLERS + 4);
    assertThat(rebalanced()).isEqualTo(4);
  }

  /** It is sought by requests that fail there, for streams do not end. */
  @Test
  void anEndpointThatWasEjectedGetsItsShareAndNoStreamIsCut() {
    addCaller();
    boolean atFirst = openByEndpoint().equals(List.of(1L, 0L));
    // The one without a stream gets what is asked for.
    failing = endpoints.get(atFirst ? 1 : 0);
    Client client = new Client(vertx, HttpVersion.HTTP_2);
    Statistics statistics = new Statistics(proxy.ports().get("admin"));
    await("its ejection")
        .atMost(PATIENCE)
        .until(
            () -> {
              client.get(port, "/short");
              return statistics.of("cluster.feed.outlier_detection.ejections_active") == 1;
            });
    failing = null;
    while (callers.size() < CALLERS) {
      addCaller();
    }
    assertThat(openByEndpoint()).isEqualTo(atFirst ? List.of(12L, 0L) : List.of(0L, 12L));

    moveUntil(List.of(6L, 6L));

    assertThat(statistics.of("cluster.feed.outlier_detection.ejections_active")).isZero();
    assertThatNothingWasLost();
    assertThat(arrivals()).hasSize(CALLERS + 6);
    assertThat(rebalanced()).isEqualTo(6);
  }

  private long rebalanced() {
    return new Statistics(proxy.ports().get("admin")).of("http.in.long_streams.rebalanced");
  }

  /** Who is told to leave does, until so many streams are open at each endpoint. */
  private void moveUntil(List<Long> shares) {
    await("shares of " + shares)
        .atMost(PATIENCE)
        .until(
            () -> {
              callers.stream().filter(Caller::isToldToLeave).forEach(Caller::move);
              return openByEndpoint().equals(shares);
            });
  }

  private void assertThatNothingWasLost() {
    all(Caller::say);
    all(Caller::end);
    await("goodbye to all")
        .atMost(PATIENCE)
        .until(
            () ->
                connections.stream()
                    .allMatch(connection -> connection.frames.contains("3 data goodbye end")));
    assertThat(arrivals()).allMatch(Arrival::complete).allMatch(arrival -> arrival.cut() == null);
    assertThat(callers)
        .allSatisfy(caller -> assertThat(caller.heard()).isEqualTo(caller.wasSaid()));
    Statistics statistics = new Statistics(proxy.ports().get("admin"));
    assertThat(statistics.of("http.in.long_streams.noticed")).isZero();
  }
}
