package dev.weft.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.testkit.RecordingTelemetry;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.UpstreamTls;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Endpoints that requests name themselves: found again, bounded in number, and forgotten. */
class DestinationsTest {
  private static final int RACES = 100_000;
  private static final InetSocketAddress HERE = at("127.0.0.1", 15001);
  private static final InetSocketAddress PEER = at("127.0.0.1", 40000);
  private static final ConnectionInfo DIRECT =
      new ConnectionInfo(HERE, PEER, false, null, null, false);
  private static final ConnectionInfo REDIRECTED =
      new ConnectionInfo(at("10.0.0.1", 80), at("10.0.0.9", 5), false, null, null, false)
          .over(HERE, PEER, true, List.of());

  private static final ConnectionInfo KNOWN_AND_NOT_REDIRECTED =
      DIRECT.over(HERE, PEER, true, List.of());

  private static final Map<String, ?> NOTHING = Map.of();

  private static final class NoTls implements TlsContexts {
    @Override
    public Context server(DownstreamTls tls) {
      throw new AssertionError("nobody listens");
    }

    @Override
    public Context client(UpstreamTls tls) {
      throw new AssertionError("nobody speaks TLS");
    }
  }

  private final RecordingTelemetry telemetry = new RecordingTelemetry();

  private static InetSocketAddress at(String host, int port) {
    return new InetSocketAddress(InetAddress.ofLiteral(host), port);
  }

  private Destinations of(String header, int port) {
    return of(header, port, List.of());
  }

  private Destinations of(String header, int port, List<String> metadata) {
    Cluster cluster =
        new Cluster(
            "c",
            new Cluster.OriginalDst(header, port, Duration.ofSeconds(1), metadata),
            new LbPolicy.RoundRobin(),
            Duration.ofSeconds(1),
            Cluster.UpstreamProtocol.HTTP1,
            null,
            Map.of(),
            null,
            0,
            Duration.ZERO,
            50);
    return new ClusterCompiler(new NoTls(), telemetry, Surroundings.of(Runnable::run))
        .compile(cluster, new EndpointSet("c", List.of(), 140), null)
        .destinations();
  }

  private static Http2Headers saying(String address) {
    return new DefaultHttp2Headers().set("x-to", address);
  }

  private static String address(ActiveEndpoint endpoint) {
    return endpoint == null ? null : endpoint.toString();
  }

  @Test
  void aHeaderCountsBeforeTheConnection() {
    Destinations destinations = of("x-to", 0);
    assertThat(address(destinations.of(saying("10.1.1.1:81"), NOTHING, REDIRECTED)))
        .isEqualTo("/10.1.1.1:81");
    assertThat(address(destinations.of(new DefaultHttp2Headers(), NOTHING, REDIRECTED)))
        .isEqualTo("/10.0.0.1:80");
    assertThat(destinations.of(new DefaultHttp2Headers(), NOTHING, DIRECT)).isNull();
    assertThat(address(destinations.of(REDIRECTED))).isEqualTo("/10.0.0.1:80");
    assertThat(address(of(null, 0).of(saying("10.1.1.1:81"), NOTHING, REDIRECTED)))
        .isEqualTo("/10.0.0.1:80");
  }

  /** What is noted of the request counts before what is noted of its connection. */
  @Test
  void metadataCountsBeforeAHeader() {
    Destinations destinations = of("x-to", 0, List.of("space", "there", "to"));
    ConnectionInfo noted =
        DIRECT.over(HERE, PEER, true, List.of(), Map.of("space", there("10.3.3.3:83")));
    Http2Headers header = saying("10.1.1.1:81");
    assertThat(address(destinations.of(header, Map.of("space", there("10.2.2.2:82")), noted)))
        .isEqualTo("/10.2.2.2:82");
    assertThat(address(destinations.of(header, NOTHING, noted))).isEqualTo("/10.3.3.3:83");
    assertThat(address(destinations.of(noted))).isEqualTo("/10.3.3.3:83");
    assertThat(address(destinations.of(header, Map.of("space", there(5.0)), DIRECT)))
        .as("no text")
        .isEqualTo("/10.1.1.1:81");
    assertThat(address(destinations.of(header, Map.of("space", there("nowhere")), DIRECT)))
        .as("no address")
        .isEqualTo("/10.1.1.1:81");
    assertThat(
            address(
                destinations.of(
                    header, Map.of("space", there(List.of("10.2.2.2:84", "x"))), DIRECT)))
        .as("the first of a list")
        .isEqualTo("/10.2.2.2:84");
    assertThat(address(destinations.of(header, Map.of("space", "there"), DIRECT)))
        .isEqualTo("/10.1.1.1:81");
  }

  private static Map<String, ?> there(Object value) {
    return Map.of("there", Map.of("to", value));
  }

  @Test
  void aConnectionThatNobodyRedirectedDoesNotComeBack() {
    assertThat(of(null, 0).of(KNOWN_AND_NOT_REDIRECTED)).isNull();
    assertThat(address(of(null, 99).of(KNOWN_AND_NOT_REDIRECTED))).isEqualTo("/127.0.0.1:99");
  }

  @Test
  void thePortMayBeAnother() {
    assertThat(address(of("x-to", 99).of(saying("10.1.1.1:81"), NOTHING, DIRECT)))
        .isEqualTo("/10.1.1.1:99");
    assertThat(address(of(null, 99).of(REDIRECTED))).isEqualTo("/10.0.0.1:99");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "nowhere",
        "localhost:80",
        "10.0.0.1",
        "10.0.0.1:",
        "10.0.0.1:65536",
        "10.0.0.1:99999999999",
        "10.0.0.1:-1",
        "10.0.0.1:+1",
        "10.0.0.256:80",
        "::1:80",
        "[::1]",
        "[::1]:",
        "[10.0.0.1]:80",
        "10.0.0.1:8 0",
        "[::1:80"
      })
  void whatIsNoAddressLeadsNowhere(String text) {
    Destinations destinations = of("x-to", 0);
    assertThat(destinations.of(saying(text), NOTHING, DIRECT)).as(text).isNull();
    assertThat(
            telemetry
                .counter(
                    new StatName(
                        "cluster.c.original_dst_host_invalid",
                        "envoy_cluster_original_dst_host_invalid",
                        List.of("envoy_cluster_name", "c"),
                        false))
                .sum())
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.1:0, 10.0.0.1, 0", "'[2001:db8::1]:65535', 2001:db8::1, 65535"})
  void addressesAreInNumbers(String text, String host, int port) {
    assertThat(Destinations.parse(text)).isEqualTo(at(host, port));
  }

  @Test
  void thereIsABoundToThem() {
    Destinations destinations = of("x-to", 0);
    for (int i = 0; i < Destinations.MOST; i++) {
      String host = "10." + i / 65536 + "." + i / 256 % 256 + "." + i % 256;
      assertThat(destinations.of(saying(host + ":1"), NOTHING, DIRECT)).isNotNull();
    }
    assertThat(destinations.of(saying("10.9.9.9:1"), NOTHING, DIRECT)).isNull();
    assertThat(destinations.of(saying("10.0.0.0:1"), NOTHING, DIRECT))
        .as("a known one")
        .isNotNull();
  }

  /** Whoever is asked for between two cleanings stays itself; others are gone after the second. */
  @Test
  void whoeverIsAskedForStays() {
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      Destinations destinations = of("x-to", 0);
      long now = System.nanoTime();
      Set<Integer> lately = new HashSet<>();
      Set<Integer> before = new HashSet<>();
      for (int step = 0; step < 12; step++) {
        if (random.nextInt(3) > 0) {
          int port = random.nextInt(5);
          ActiveEndpoint asked = destinations.of(saying("10.0.0.1:" + port), NOTHING, DIRECT);
          assertThat(destinations.of(saying("10.0.0.1:" + port), NOTHING, DIRECT)).isSameAs(asked);
          lately.add(port);
        } else {
          now += Duration.ofSeconds(1).toNanos();
          int gone = destinations.clean(now).size();
          before.removeAll(lately);
          assertThat(gone).as("seed %s step %s", seed, step).isEqualTo(before.size());
          before = lately;
          lately = new HashSet<>();
        }
      }
    }
  }

  @Test
  void itIsNotCleanedBeforeItsTime() {
    Destinations destinations = of("x-to", 0);
    destinations.of(saying("10.0.0.1:1"), NOTHING, DIRECT);
    long now = System.nanoTime();
    assertThat(destinations.clean(now + Duration.ofSeconds(1).toNanos())).isEmpty();
    assertThat(destinations.clean(now + Duration.ofMillis(1500).toNanos())).isEmpty();
    assertThat(destinations.clean(now + Duration.ofSeconds(2).toNanos())).hasSize(1);
  }

  /**
   * A cleaning that runs while somebody asks does not forget what he is given: what is connected by
   * an endpoint that is forgotten, nobody would close before it is idle.
   */
  @Test
  void anEndpointThatIsAskedForIsNotForgottenAtThatMoment() throws Exception {
    Random random = new Random(1);
    Destinations destinations = of("x-to", 0);
    Http2Headers asking = saying("10.0.0.1:1");
    long begin = System.nanoTime();
    AtomicInteger asked = new AtomicInteger();
    AtomicInteger cleaned = new AtomicInteger();
    Thread cleaner =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int round = 1; round <= RACES; round++) {
                    awaitRound(asked, round);
                    destinations.clean(begin + Duration.ofSeconds(2L * round + 1).toNanos());
                    cleaned.set(round);
                  }
                });
    for (int round = 1; round <= RACES; round++) {
      destinations.of(asking, NOTHING, DIRECT);
      destinations.clean(begin + Duration.ofSeconds(2L * round).toNanos());
      asked.set(round);
      for (int i = random.nextInt(60); i > 0; i--) {
        Thread.onSpinWait();
      }
      ActiveEndpoint given = destinations.of(asking, NOTHING, DIRECT);
      awaitRound(cleaned, round);
      assertThat(destinations.of(asking, NOTHING, DIRECT)).as("round %s", round).isSameAs(given);
    }
    cleaner.join();
  }

  private static void awaitRound(AtomicInteger reached, int round) {
    for (int i = 1; reached.get() < round; i++) {
      // Yielding at once the two would hardly ever meet; on one CPU somebody has to.
      if (i % 1024 == 0) {
        Thread.yield();
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
