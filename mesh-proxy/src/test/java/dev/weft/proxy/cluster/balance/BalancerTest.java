package dev.weft.proxy.cluster.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.LbPolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Shares that pickers give, drawn from seeds. */
class BalancerTest {
  private static final long SEED = 20261121;

  private static final class Host implements Candidate {
    final String name;
    int active;
    boolean ejected;

    Host(String name) {
      this.name = name;
    }

    @Override
    public int activeRequests() {
      return active;
    }

    @Override
    public boolean ejected() {
      return ejected;
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private final SplittableRandom random = new SplittableRandom(SEED);

  private static Picker<Host> picker(LbPolicy.OfEndpoints policy, List<Host> hosts, int[] weights) {
    List<Member<Host>> members = new ArrayList<>();
    for (int i = 0; i < weights.length; i++) {
      members.add(new Member<>(hosts.get(i), weights[i], 0, HealthStatus.UNKNOWN));
    }
    return ClusterPicker.build(policy, members, BalanceSettings.of(140, 50));
  }

  private static List<Host> hosts(int count) {
    List<Host> hosts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      hosts.add(new Host("h" + i));
    }
    return hosts;
  }

  private Map<String, Integer> shares(Picker<Host> picker, int picks) {
    Map<String, Integer> shares = new HashMap<>();
    for (int i = 0; i < picks; i++) {
      Host host = picker.pick(random);
      shares.merge(host == null ? "none" : host.name, 1, Integer::sum);
    }
    return shares;
  }

  @Test
  void roundRobinGivesEachItsWeightExactlyAndSpreadsIt() {
    for (int round = 0; round < 200; round++) {
      int n = random.nextInt(1, 20);
      int[] weights = new int[n];
      Arrays.setAll(weights, i -> random.nextInt(1, 10));
      Picker<Host> picker = picker(new LbPolicy.RoundRobin(), hosts(n), weights);
      int sum = Arrays.stream(weights).sum();
      Map<String, Integer> shares = shares(picker, sum * 3);
      for (int i = 0; i < n; i++) {
        assertThat(shares.get("h" + i))
            .as("seed %s round %s", SEED, round)
            .isEqualTo(weights[i] * 3);
      }
    }
    List<String> order = new ArrayList<>();
    Picker<Host> picker = picker(new LbPolicy.RoundRobin(), hosts(2), new int[] {1, 3});
    for (int i = 0; i < 8; i++) {
      order.add(String.valueOf(picker.pick(random)));
    }
    assertThat(String.join("", order)).doesNotContain("h1h1h1h1");
  }

  @Test
  void hugeWeightsAreRoundedIntoABoundedRota() {
    Picker<Host> picker =
        picker(new LbPolicy.RoundRobin(), hosts(2), new int[] {1, Integer.MAX_VALUE - 1});
    assertThat(shares(picker, 4097).get("h0")).isEqualTo(1);
  }

  @Test
  void randomFollowsTheWeights() {
    Picker<Host> picker = picker(new LbPolicy.Random(), hosts(3), new int[] {1, 2, 7});
    Map<String, Integer> shares = shares(picker, 10_000);
    assertThat(shares.get("h0")).isBetween(850, 1150);
    assertThat(shares.get("h1")).isBetween(1800, 2200);
    assertThat(shares.get("h2")).isBetween(6800, 7200);
  }

  @Test
  void leastRequestAvoidsTheBusy() {
    List<Host> hosts = hosts(10);
    hosts.getFirst().active = 100;
    int[] weights = new int[10];
    Arrays.fill(weights, 1);
    Picker<Host> picker = picker(new LbPolicy.LeastRequest(2), hosts, weights);
    Map<String, Integer> shares = shares(picker, 10_000);
    // Only when both draws fall on it: 1 in 100.
    assertThat(shares.getOrDefault("h0", 0)).isBetween(50, 160);
  }

  private static Member<Host> member(Host host, int priority, HealthStatus health) {
    return new Member<>(host, 1, priority, health);
  }

  private static ClusterPicker<Host> picker(List<Member<Host>> members, int panic) {
    return ClusterPicker.build(new LbPolicy.Random(), members, BalanceSettings.of(140, panic));
  }

  @Test
  void halfOfTheFirstPriorityTakesSeventyPercent() {
    List<Member<Host>> members = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      HealthStatus health = i < 2 ? HealthStatus.HEALTHY : HealthStatus.UNHEALTHY;
      members.add(member(new Host("a"), 0, health));
      members.add(member(new Host("b"), 5, HealthStatus.HEALTHY));
    }
    Map<String, Integer> shares = shares(picker(members, 50), 10_000);
    assertThat(shares.get("a")).isBetween(6800, 7200);
    assertThat(shares.get("b")).isBetween(2800, 3200);
  }

  @Test
  void degradedEndpointsTakeOnlyTheOverflowAndDrainingOnesDoNotCount() {
    List<Member<Host>> members =
        List.of(
            member(new Host("good"), 0, HealthStatus.HEALTHY),
            member(new Host("degraded"), 0, HealthStatus.DEGRADED),
            member(new Host("draining"), 0, HealthStatus.DRAINING));
    Map<String, Integer> shares = shares(picker(members, 0), 10_000);
    assertThat(shares.get("good")).isBetween(6800, 7200);
    assertThat(shares.get("degraded")).isBetween(2800, 3200);
    assertThat(shares).doesNotContainKey("draining");
  }

  @Test
  void belowThePanicThresholdHealthIsIgnoredAndWithoutPanicNobodyIsPicked() {
    List<Member<Host>> members =
        List.of(
            member(new Host("a"), 0, HealthStatus.UNHEALTHY),
            member(new Host("b"), 0, HealthStatus.UNHEALTHY));
    assertThat(shares(picker(members, 50), 100)).containsKeys("a", "b");
    assertThat(shares(picker(members, 0), 100)).containsOnlyKeys("none");
    assertThat(shares(picker(List.of(), 50), 10)).containsOnlyKeys("none");
  }

  @Test
  void aRetryFindsTheOneThatWasNotTried() {
    List<Host> hosts = hosts(20);
    List<Member<Host>> members =
        hosts.stream().map(host -> member(host, 0, HealthStatus.UNKNOWN)).toList();
    ClusterPicker<Host> picker = picker(members, 50);
    hosts.get(3).ejected = true;
    for (int i = 0; i < 100; i++) {
      assertThat(picker.pick(random, Preference.avoiding(hosts.subList(4, 20))))
          .isIn(hosts.get(0), hosts.get(1), hosts.get(2));
    }
    assertThat(picker.pick(random, Preference.avoiding(hosts))).isNotNull();
  }

  @Test
  void sharesAlwaysAddUp() {
    for (int round = 0; round < 5_000; round++) {
      List<PriorityLoad.Counts> counts = new ArrayList<>();
      for (int i = random.nextInt(1, 6); i > 0; i--) {
        int total = random.nextInt(0, 12);
        int healthy = random.nextInt(0, total + 1);
        counts.add(new PriorityLoad.Counts(total, healthy, random.nextInt(0, total - healthy + 1)));
      }
      int panic = random.nextInt(0, 101);
      List<PriorityLoad.Share> shares = PriorityLoad.of(counts, i -> 140, panic).shares();
      int sum = shares.stream().mapToInt(PriorityLoad.Share::percent).sum();
      assertThat(sum)
          .as("seed %s: %s, panic %s", SEED, counts, panic)
          .isEqualTo(shares.isEmpty() ? 0 : 100);
      assertThat(shares)
          .allSatisfy(
              share -> {
                PriorityLoad.Counts of = counts.get(share.priority());
                int there =
                    switch (share.pool()) {
                      case HEALTHY -> of.healthy();
                      case DEGRADED -> of.degraded();
                      case PANIC -> of.total();
                    };
                assertThat(there).as("%s of %s, panic %s", share, counts, panic).isPositive();
              });
    }
  }
}
