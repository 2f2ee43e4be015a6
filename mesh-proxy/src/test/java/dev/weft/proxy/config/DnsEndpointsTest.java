package dev.weft.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.DnsResolution;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.SocketAddress;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DnsEndpointsTest {
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Map<String, List<String>> names = new ConcurrentHashMap<>();
  private final AtomicInteger lookups = new AtomicInteger();
  private final AtomicInteger changes = new AtomicInteger();
  private volatile long seconds;
  private final DnsEndpoints dns =
      new DnsEndpoints(
          timer,
          this::lookup,
          (host, servers) -> new DnsEndpoints.TimedAnswer(List.of(lookup(host)), seconds),
          changes::incrementAndGet);

  private InetAddress[] lookup(String host) throws UnknownHostException {
    lookups.incrementAndGet();
    List<String> found = names.get(host);
    if (found == null) {
      throw new UnknownHostException(host);
    }
    InetAddress[] all = new InetAddress[found.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = InetAddress.getByName(found.get(i));
    }
    return all;
  }

  @AfterEach
  void stop() {
    timer.shutdownNow();
  }

  private static Cluster cluster(String host) {
    return cluster(new Cluster.StrictDns(set(host), DnsResolution.every(Duration.ofMillis(100))));
  }

  private static EndpointSet set(String host) {
    return new EndpointSet(
        "app",
        List.of(
            new EndpointSet.LocalityEndpoints(
                new EndpointSet.Locality("", "", ""),
                0,
                1,
                List.of(
                    new EndpointSet.Endpoint(
                        new SocketAddress(host, 80),
                        "",
                        EndpointSet.HealthStatus.UNKNOWN,
                        1,
                        Map.of())))),
        140);
  }

  private static Cluster cluster(Cluster.ByName dns) {
    return new Cluster(
        "app",
        dns,
        new LbPolicy.RoundRobin(),
        Duration.ofSeconds(1),
        Cluster.UpstreamProtocol.HTTP1,
        null,
        Map.of(),
        null,
        0,
        Duration.ZERO,
        50);
  }

  private List<String> addresses() {
    EndpointSet set = dns.resolved().get("app");
    return set == null
        ? List.of()
        : set.localities().getFirst().endpoints().stream().map(e -> e.address().host()).toList();
  }

  @Test
  void everyAddressIsAnEndpointAndChangesAreFollowed() {
    names.put("app.test", List.of("10.0.0.2", "10.0.0.1", "10.0.0.2"));
    dns.follow(List.of(cluster("app.test")));
    await().until(() -> addresses().equals(List.of("10.0.0.1", "10.0.0.2")));
    assertThat(dns.resolved().get("app").localities().getFirst().endpoints().getFirst().hostname())
        .isEqualTo("app.test");

    names.put("app.test", List.of("10.0.0.3"));
    await().until(() -> addresses().equals(List.of("10.0.0.3")));
    assertThat(changes.get()).isEqualTo(2);
  }

  @Test
  void aFailureKeepsTheLastGoodAddresses() {
    names.put("app.test", List.of("10.0.0.1"));
    dns.follow(List.of(cluster("app.test")));
    await().until(() -> addresses().equals(List.of("10.0.0.1")));

    names.clear();
    int before = lookups.get();
    await().until(() -> lookups.get() > before + 2);
    assertThat(addresses()).containsExactly("10.0.0.1");
  }

  @Test
  void aLogicalEndpointIsWhereItsNameLeadsNow() {
    names.put("app.test", List.of("10.0.0.2", "10.0.0.1"));
    DnsResolution often = DnsResolution.every(Duration.ofMillis(100));
    dns.follow(List.of(cluster(new Cluster.LogicalDns(set("app.test"), often))));
    await().until(() -> addresses().equals(List.of("10.0.0.2")));
    assertThat(
            dns.resolved()
                .get("app")
                .localities()
                .getFirst()
                .endpoints()
                .getFirst()
                .additionalAddresses())
        .containsExactly(new SocketAddress("10.0.0.1", 80));

    names.put("app.test", List.of("10.0.0.3", "10.0.0.2"));
    await().until(() -> addresses().equals(List.of("10.0.0.3")));

    names.clear();
    int before = lookups.get();
    await().until(() -> lookups.get() > before + 2);
    assertThat(addresses()).containsExactly("10.0.0.3");
  }

  @Test
  void anAnswerIsAskedForAgainWhenItIsNoLongerGood() {
    DnsResolution asAnswersSay =
        new DnsResolution(Duration.ofHours(1), true, null, DnsResolution.Family.ALL);
    seconds = 1;
    names.put("app.test", List.of("10.0.0.1"));
    dns.follow(List.of(cluster(new Cluster.StrictDns(set("app.test"), asAnswersSay))));
    await().until(() -> addresses().equals(List.of("10.0.0.1")));
    names.put("app.test", List.of("10.0.0.2"));
    await().until(() -> addresses().equals(List.of("10.0.0.2")));
  }

  @Test
  void failuresHaveARateOfTheirOwn() {
    DnsResolution seldom =
        new DnsResolution(
            Duration.ofHours(1),
            false,
            new DnsResolution.Backoff(Duration.ofMillis(2), Duration.ofMillis(20)),
            DnsResolution.Family.ALL);
    dns.follow(List.of(cluster(new Cluster.StrictDns(set("app.test"), seldom))));
    await().until(() -> lookups.get() > 2);
    names.put("app.test", List.of("10.0.0.1"));
    await().until(() -> addresses().equals(List.of("10.0.0.1")));
  }

  @Test
  void aNameThatNeverResolvedGivesAnEmptySet() {
    dns.follow(List.of(cluster("none.test")));
    await().until(() -> dns.resolved().containsKey("app"));
    assertThat(addresses()).isEmpty();
  }

  @Test
  void aClusterThatIsGoneIsNotResolvedAnyMore() {
    names.put("app.test", List.of("10.0.0.1"));
    dns.follow(List.of(cluster("app.test")));
    await().until(() -> !addresses().isEmpty());
    dns.follow(List.of());
    assertThat(dns.resolved()).isEmpty();
  }
}
