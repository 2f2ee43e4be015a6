package dev.weft.proxy.discovery;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.DnsEndpoints;
import dev.weft.proxy.testkit.NameServer;
import dev.weft.proxy.testkit.NameServer.Answering;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.DnsResolution;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.SocketAddress;
import io.netty.resolver.dns.SingletonDnsServerAddressStreamProvider;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A cluster that goes by how long answers are good, while its name server does not do its work. */
class NameFaultsTest {
  /** What asking for one name takes at most: two kinds of addresses, and each again. */
  private static final int QUERIES = 4;

  private final NameServer server = new NameServer();
  private final NameServers names =
      new NameServers(() -> new SingletonDnsServerAddressStreamProvider(server.address()));
  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final DnsEndpoints dns =
      new DnsEndpoints(timer, InetAddress::getAllByName, names::ask, () -> {});

  @AfterEach
  void stop() {
    timer.shutdownNow();
    names.close();
    server.close();
  }

  private static Cluster cluster() {
    EndpointSet.Endpoint named =
        new EndpointSet.Endpoint(
            new SocketAddress("app.test", 80), "", EndpointSet.HealthStatus.UNKNOWN, 1, Map.of());
    EndpointSet set =
        new EndpointSet(
            "app",
            List.of(
                new EndpointSet.LocalityEndpoints(
                    new EndpointSet.Locality("", "", ""), 0, 1, List.of(named))),
            140);
    DnsResolution often =
        new DnsResolution(Duration.ofMillis(100), true, null, DnsResolution.Family.V4_ONLY);
    return new Cluster(
        "app",
        new Cluster.StrictDns(set, often),
        new LbPolicy.RoundRobin(),
        Duration.ofSeconds(2),
        UpstreamProtocol.HTTP1,
        null,
        Map.of(),
        null,
        0,
        Duration.ofHours(1),
        50);
  }

  private List<String> addresses() {
    EndpointSet set = dns.resolved().get("app");
    return set == null
        ? List.of()
        : set.localities().getFirst().endpoints().stream().map(e -> e.address().host()).toList();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BY_RECORDS")
  void theLastGoodAddressesStay(Answering fault) {
    server.address("app.test.", "10.0.0.1", 0);
    dns.follow(List.of(cluster()));
    await("an address").until(() -> addresses().equals(List.of("10.0.0.1")));

    server.answer(fault);
    int before = server.queries();
    if (fault == Answering.NOTHING) {
      await("a query").until(() -> server.queries() > before);
    } else {
      await("failures").until(() -> server.queries() > before + 2 * QUERIES);
    }
    assertThat(addresses()).containsExactly("10.0.0.1");

    server.forget();
    server.address("app.test.", "10.0.0.2", 0);
    server.answer(Answering.BY_RECORDS);
    // Silence lasts for seconds before anybody asks again.
    if (fault != Answering.NOTHING) {
      await("the new address").until(() -> addresses().equals(List.of("10.0.0.2")));
    }
  }
}
