package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ConfigFollower;
import dev.weft.proxy.config.DnsEndpoints;
import dev.weft.proxy.config.Resources;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.DnsResolution;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** H83: whatever becomes of a name, requests go on to the addresses it had last. */
class UpstreamFaultsNamesTest {
  private static final String APP = "spiffe://weft.local/ns/shop/sa/app";
  private static final TestCa CA = new TestCa("mesh root");

  private final Mesh mesh = new Mesh();
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final Map<String, AtomicInteger> lookups = new ConcurrentHashMap<>();
  private final CountDownLatch late = new CountDownLatch(1);

  /** How a name server answers. */
  enum Answer {
    ADDRESS {
      @Override
      InetAddress[] give(String host, CountDownLatch late) throws UnknownHostException {
        return new InetAddress[] {InetAddress.getByName("127.0.0.1")};
      }
    },
    NO_SUCH_NAME {
      @Override
      InetAddress[] give(String host, CountDownLatch late) throws UnknownHostException {
        throw new UnknownHostException(host);
      }
    },
    EMPTY {
      @Override
      InetAddress[] give(String host, CountDownLatch late) {
        return new InetAddress[0];
      }
    },
    NOT_AT_ALL {
      @Override
      InetAddress[] give(String host, CountDownLatch late) throws UnknownHostException {
        try {
          late.await(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
        throw new UnknownHostException(host);
      }
    };

    abstract InetAddress[] give(String host, CountDownLatch late) throws UnknownHostException;
  }

  @AfterEach
  void close() {
    timer.shutdownNow();
    late.countDown();
    mesh.close();
  }

  private InetAddress[] lookup(String host) throws UnknownHostException {
    lookups.computeIfAbsent(host, h -> new AtomicInteger()).incrementAndGet();
    return answers.get(host).give(host, late);
  }

  private static Cluster named(String name, Pair pair, int port) {
    EndpointSet.Endpoint endpoint =
        new EndpointSet.Endpoint(
            new SocketAddress(name + ".test", port),
            "",
            EndpointSet.HealthStatus.UNKNOWN,
            1,
            Map.of());
    EndpointSet set =
        new EndpointSet(
            name,
            List.of(
                new EndpointSet.LocalityEndpoints(
                    new EndpointSet.Locality("", "", ""), 0, 1, List.of(endpoint))),
            140);
    return new Cluster(
        name,
        new Cluster.StrictDns(set, DnsResolution.every(Duration.ofMillis(100))),
        new LbPolicy.RoundRobin(),
        Duration.ofSeconds(10),
        pair.up2 ? UpstreamProtocol.HTTP2 : UpstreamProtocol.HTTP1,
        pair.mtls ? Tls.upstream(APP, "app.shop.weft.local", pair.up2 ? "h2" : "http/1.1") : null,
        Map.of(),
        null,
        0,
        Duration.ofHours(1),
        50);
  }

  static Stream<Arguments> failures() {
    return Pair.times(
        Pair.all(),
        Stream.of(Answer.NO_SUCH_NAME, Answer.EMPTY, Answer.NOT_AT_ALL)
            .map(answer -> new Pair.Row("H83 " + answer, answer))
            .toList());
  }

  private Backend backend(Pair pair, String name) {
    HttpServerOptions options =
        pair.mtls ? Tls.server(CA.workload("shop", "app"), CA) : new HttpServerOptions();
    return Backend.start(mesh.outside, options, request -> request.response().end(name));
  }

  private static Listener listener(Pair pair) {
    DownstreamTls tls = pair.mtls ? Tls.downstream("h2", "http/1.1") : null;
    return Configs.listener(
        "in", List.of(), Configs.chain("", ChainMatch.ANY, tls, Configs.manager("in", "routes")));
  }

  private Client client(Pair pair) {
    if (!pair.mtls) {
      return pair.down2 ? mesh.h2 : mesh.h1;
    }
    HttpVersion version = pair.down2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1;
    return new Client(mesh.outside, Tls.client(version, CA.workload("shop", "caller"), CA));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failures")
  void theLastGoodAddressesAreKept(String name, Pair pair, Answer failure) {
    Tls.identify(mesh.secrets, CA.workload("shop", "proxy"), CA);
    Backend app = backend(pair, "app");
    Map<String, Cluster> clusters =
        Map.of("app", named("app", pair, app.port()), "other", named("other", pair, 1));
    AtomicInteger refreshes = new AtomicInteger();
    ConfigFollower[] follower = new ConfigFollower[1];
    DnsEndpoints dns =
        new DnsEndpoints(
            timer,
            this::lookup,
            (host, servers) -> new DnsEndpoints.TimedAnswer(List.of(lookup(host)), 0),
            () -> {
              refreshes.incrementAndGet();
              follower[0].refresh();
            });
    follower[0] =
        new ConfigFollower(
            () ->
                new Resources(
                    Map.of("in", listener(pair)),
                    Map.of("routes", all("app")),
                    clusters,
                    Map.of(),
                    dns.resolved(),
                    Set.of(
                        new ResourceKey(XdsType.CLUSTER, "app"),
                        new ResourceKey(XdsType.CLUSTER, "other")),
                    Set.of()),
            config -> mesh.path.apply(config).thenApply(failed -> List.of()),
            assembly -> {});
    answers.putAll(Map.of("app.test", Answer.ADDRESS, "other.test", Answer.NO_SUCH_NAME));
    dns.follow(clusters.values());
    await("both names").until(() -> dns.resolved().size() == 2 && refreshes.get() >= 2);
    Client client = client(pair);
    await("a configuration with the address").until(() -> endpoints(dns) == 1);
    await("a listener").until(() -> mesh.path.addresses().containsKey("in"));
    assertThat(client.get(mesh.port(), "/").body()).isEqualTo("app");

    answers.put("app.test", failure);
    int appBefore = lookups.get("app.test").get();
    int otherBefore = lookups.get("other.test").get();
    await("a failure").until(() -> lookups.get("app.test").get() > appBefore);
    await("others, who do not wait for it")
        .until(() -> lookups.get("other.test").get() > otherBefore + 2);
    assertThat(client.get(mesh.port(), "/").body()).isEqualTo("app");
    assertThat(endpoints(dns)).isEqualTo(1);

    // The same cluster with another port: what the name was known by is known on.
    Backend moved = backend(pair, "moved");
    dns.follow(List.of(named("app", pair, moved.port())));
    if (failure != Answer.NOT_AT_ALL) {
      await("the name, asked again").until(() -> dns.resolved().containsKey("app"));
      assertThat(endpoints(dns)).isEqualTo(1);
    }
  }

  private static int endpoints(DnsEndpoints dns) {
    EndpointSet set = dns.resolved().get("app");
    return set == null ? 0 : set.localities().getFirst().endpoints().size();
  }
}
