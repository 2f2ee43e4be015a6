package dev.weft.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.testkit.RecordingTelemetry;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.EndpointSet.Checking;
import dev.weft.xds.model.EndpointSet.Endpoint;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.EndpointSet.LocalityEndpoints;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.MetadataValue;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TransportMatch;
import dev.weft.xds.model.UpstreamTls;
import dev.weft.xds.model.UpstreamTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which of a cluster's transport sockets an endpoint is reached by, and what stays of it. */
class TransportsTest {
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private int made;

  /** Contexts that are told apart by their server's name, each made anew. */
  private final TlsContexts contexts =
      new TlsContexts() {
        @Override
        public Context server(DownstreamTls tls) {
          throw new AssertionError("nobody listens");
        }

        @Override
        public Context client(UpstreamTls tls) {
          made++;
          return () -> null;
        }
      };

  private final ClusterCompiler compiler =
      new ClusterCompiler(contexts, telemetry, Surroundings.of(Runnable::run));

  @Test
  void theFirstMatchThatFitsCounts() {
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      List<TransportMatch> matches = new ArrayList<>();
      for (int i = random.nextInt(4); i > 0; i--) {
        matches.add(new TransportMatch("m" + i, metadata(random), overTls("m" + i)));
      }
      LocalityEndpoints locality = locality(metadata(random), endpoint(1, metadata(random)));
      ActiveCluster cluster = compile(matches, locality, null);
      Endpoint endpoint = locality.endpoints().getFirst();
      String expected =
          matches.stream()
              .filter(
                  match ->
                      has(endpoint.transport(), match.match())
                          || has(locality.transport(), match.match()))
              .map(TransportMatch::name)
              .findFirst()
              .orElse("otherwise");
      assertThat(cluster.members().getFirst().endpoint().target(false).sni())
          .as("seed %s", seed)
          .isEqualTo(expected);
    }
  }

  private static boolean has(
      Map<String, MetadataValue> metadata, Map<String, MetadataValue> wanted) {
    return wanted.keySet().stream().allMatch(key -> wanted.get(key).equals(metadata.get(key)));
  }

  @Test
  void endpointsCountOnce() {
    List<TransportMatch> matches =
        List.of(new TransportMatch("m", mode("plain"), UpstreamTransport.PLAINTEXT));
    LocalityEndpoints two =
        locality(Map.of(), endpoint(1, mode("plain")), endpoint(2, mode("secure")));
    ActiveCluster first = compile(matches, two, null);

    LocalityEndpoints three =
        locality(
            Map.of(),
            endpoint(1, mode("plain")),
            endpoint(2, mode("secure")),
            endpoint(3, mode("plain")));
    compile(matches, three, first);

    assertThat(counted("m")).isEqualTo(2);
    assertThat(counted("default")).isEqualTo(1);
  }

  private long counted(String match) {
    return telemetry
        .counter(
            new StatName(
                "cluster.c." + match + ".total_match_count",
                "envoy_cluster_total_match_count",
                List.of("envoy_cluster_name", "c", "envoy_transport_socket_match", match),
                false))
        .sum();
  }

  @Test
  void whatDoesNotChangeKeepsItsConnections() {
    List<TransportMatch> one = List.of(new TransportMatch("m", mode("x"), overTls("m")));
    ActiveCluster before =
        compile(one, locality(Map.of(), endpoint(1, mode("x")), endpoint(2, mode("y"))), null);
    assertThat(made).isEqualTo(2);

    List<TransportMatch> two =
        List.of(
            new TransportMatch("n", mode("z"), UpstreamTransport.PLAINTEXT),
            new TransportMatch("m", mode("x"), overTls("m")));
    ActiveCluster after =
        compile(two, locality(Map.of(), endpoint(1, mode("x")), endpoint(2, mode("z"))), before);

    assertThat(made).isEqualTo(2);
    assertThat(target(after, 1)).isEqualTo(target(before, 1));
    assertThat(target(after, 2)).isNotEqualTo(target(before, 2));
    assertThat(after.members().get(1).endpoint()).isEqualTo(before.members().get(1).endpoint());
  }

  private static Object target(ActiveCluster cluster, int port) {
    return cluster.members().stream()
        .map(Member::endpoint)
        .filter(endpoint -> endpoint.address().getPort() == port)
        .map(endpoint -> endpoint.target(false))
        .findFirst()
        .orElseThrow();
  }

  private ActiveCluster compile(
      List<TransportMatch> matches, LocalityEndpoints locality, @Nullable ActiveCluster previous) {
    Cluster cluster =
        new Cluster(
            "c",
            new Cluster.Eds("c"),
            new LbPolicy.RoundRobin(),
            Duration.ofSeconds(1),
            Cluster.UpstreamProtocol.HTTP1,
            tls("otherwise"),
            Map.of(),
            null,
            0,
            Duration.ZERO,
            50,
            null,
            matches,
            null,
            Cluster.Connections.DEFAULTS,
            "");
    return compiler.compile(cluster, new EndpointSet("c", List.of(locality), 140), previous);
  }

  private static LocalityEndpoints locality(
      Map<String, MetadataValue> transport, Endpoint... endpoints) {
    return new LocalityEndpoints(new Locality("", "", ""), 0, 1, List.of(endpoints), transport);
  }

  private static Endpoint endpoint(int port, Map<String, MetadataValue> transport) {
    return new Endpoint(
        new SocketAddress("127.0.0.1", port),
        "",
        HealthStatus.UNKNOWN,
        1,
        Map.of(),
        Checking.DEFAULT,
        transport);
  }

  private static Map<String, MetadataValue> mode(String mode) {
    return Map.of("mode", new MetadataValue.Text(mode));
  }

  private static Map<String, MetadataValue> metadata(Random random) {
    Map<String, MetadataValue> values = new HashMap<>();
    for (String key : List.of("a", "b")) {
      switch (random.nextInt(4)) {
        case 0 -> values.put(key, new MetadataValue.Text("1"));
        case 1 -> values.put(key, new MetadataValue.Number(1));
        default -> {}
      }
    }
    return values;
  }

  private static UpstreamTransport overTls(String name) {
    return new UpstreamTransport(tls(name), null);
  }

  private static UpstreamTls tls(String name) {
    return new UpstreamTls(SETTINGS, name);
  }

  private static final TlsSettings SETTINGS =
      new TlsSettings(
          null,
          null,
          List.of(),
          List.of(),
          TlsSettings.TlsVersion.TLS_1_2,
          TlsSettings.TlsVersion.TLS_1_3,
          List.of(),
          List.of());
}
