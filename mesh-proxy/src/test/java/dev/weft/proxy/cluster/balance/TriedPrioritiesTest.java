package dev.weft.proxy.cluster.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.balance.Hosts.Host;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.HashFunction;
import dev.weft.xds.model.LbPolicy.HashKeys;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Retries leave out the priorities that were tried, as Envoy's do. */
class TriedPrioritiesTest {
  private static final LbPolicy.OfEndpoints RING =
      new LbPolicy.RingHash(HashFunction.XX_HASH, 1024, 8_388_608, HashKeys.DEFAULT, false);

  /** A try that wants nothing else. */
  private record Another(TriedPriorities priorities) implements Preference<Host> {
    @Override
    public boolean rejects(Host endpoint) {
      return false;
    }

    @Override
    public int repicks() {
      return 1;
    }

    @Override
    public boolean insists() {
      return false;
    }
  }

  private static Member<Host> member(int priority, HealthStatus health) {
    return Hosts.inZone(String.valueOf(priority), "", 0, health, priority);
  }

  private static ClusterPicker<Host> picker(LbPolicy.OfEndpoints policy, String health) {
    List<Member<Host>> members =
        IntStream.range(0, health.length())
            .mapToObj(
                i ->
                    switch (health.charAt(i)) {
                      case 'h' -> member(i, HealthStatus.HEALTHY);
                      case 'd' -> member(i, HealthStatus.DEGRADED);
                      case 'u' -> member(i, HealthStatus.UNHEALTHY);
                      default -> null;
                    })
            .filter(member -> member != null)
            .toList();
    return ClusterPicker.build(policy, members, BalanceSettings.of(140, 50));
  }

  /** What Envoy 1.40 did with an endpoint in each priority: h healthy, d degraded, u unhealthy. */
  @ParameterizedTest
  @CsvSource({
    "hhh,1,0120120",
    "hhh,2,0011220",
    "hhh,3,0001112",
    "h,1,0000000",
    "huh,1,0202020",
    "huh,2,0022002",
    "hu,1,0000000",
    "hdh,1,0210210",
    "hdh,2,0022110",
    "hdh,3,0002221",
    "h..h,1,0303030"
  })
  void triesGoWhereEnvoysDo(String health, int every, String expected) {
    ClusterPicker<Host> picker = picker(new LbPolicy.Random(), health);
    TriedPriorities tried = new TriedPriorities(every);
    Random random = new Random(1);
    StringBuilder order = new StringBuilder();
    for (int i = 0; i < expected.length(); i++) {
      Host host = picker.pick(random, new Another(tried));
      order.append(host.name);
      tried.add("c", Integer.parseInt(host.name));
    }
    assertThat(order.toString()).isEqualTo(expected);
  }

  @Test
  void whoPicksByHashesStays() {
    ClusterPicker<Host> picker = picker(RING, "hhh");
    TriedPriorities tried = new TriedPriorities(1);
    tried.add("c", 0);
    assertThat(picker.pick(new Random(1), 7, new Another(tried)).name).isEqualTo("0");
  }

  private static PriorityLoad load(Random random) {
    List<PriorityLoad.Counts> counts = new ArrayList<>();
    for (int i = 1 + random.nextInt(5); i > 0; i--) {
      int total = random.nextInt(8);
      int healthy = random.nextInt(total + 1);
      counts.add(new PriorityLoad.Counts(total, healthy, random.nextInt(total - healthy + 1)));
    }
    return PriorityLoad.of(counts, i -> 140, random.nextInt(101));
  }

  /**
   * Nobody goes where tries went, as they were known last, unless there is nobody else; and who is
   * well is found at all.
   */
  @Test
  void triesGoElsewhereWhileThereIsAnyElse() {
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      PriorityLoad load = load(random);
      boolean any = !load.without(new BitSet()).isEmpty();
      int every = 1 + random.nextInt(4);
      TriedPriorities tried = new TriedPriorities(every);
      BitSet known = new BitSet();
      List<Integer> made = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        PriorityLoad.@Nullable Share share =
            tried.choose(load, (cluster, priority) -> priority, random);
        if (made.size() < every || !any) {
          assertThat(share).as("seed %s", seed).isNull();
          share = PriorityLoad.at(load.shares(), random.nextInt(100));
        } else {
          if (made.size() % every == 0) {
            made.forEach(known::set);
            if (load.without(known).isEmpty()) {
              known.clear();
              made.clear();
            }
          }
          assertThat(share).as("seed %s", seed).isNotNull();
          assertThat(known.get(share.priority())).as("seed %s", seed).isFalse();
        }
        if (share == null) {
          break;
        }
        tried.add("c", share.priority());
        made.add(share.priority());
      }
    }
  }
}
