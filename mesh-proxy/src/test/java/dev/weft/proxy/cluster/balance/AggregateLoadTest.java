package dev.weft.proxy.cluster.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.balance.Hosts.Host;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.LbPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Several clusters share load as one does whose priorities are theirs in a row. */
class AggregateLoadTest {
  private static final LbPolicy ROUND_ROBIN = new LbPolicy.RoundRobin();

  private static Pickers<Host> pickers(List<Member<Host>> members, int threshold) {
    return Pickers.build(ROUND_ROBIN, members, BalanceSettings.of(140, threshold));
  }

  private static Member<Host> member(int priority, HealthStatus health) {
    return Hosts.inZone("h", "", 0, health, priority);
  }

  @Test
  void sharesAreThoseOfOneCluster() {
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      int threshold = random.nextInt(101);
      List<Pickers<Host>> clusters = new ArrayList<>();
      List<Member<Host>> inARow = new ArrayList<>();
      // For each priority in the row: of which cluster it is, and its number there.
      List<int[]> places = new ArrayList<>();
      for (int cluster = 0, n = 1 + random.nextInt(4); cluster < n; cluster++) {
        List<Member<Host>> own = new ArrayList<>();
        int number = random.nextInt(3);
        for (int priorities = random.nextInt(3); priorities > 0; priorities--) {
          for (int hosts = 1 + random.nextInt(5); hosts > 0; hosts--) {
            HealthStatus health =
                switch (random.nextInt(4)) {
                  case 0, 1 -> HealthStatus.UNHEALTHY;
                  case 2 -> HealthStatus.DEGRADED;
                  default -> HealthStatus.HEALTHY;
                };
            own.add(member(number, health));
            inARow.add(member(places.size(), health));
          }
          places.add(new int[] {cluster, number});
          number += 1 + random.nextInt(3);
        }
        clusters.add(pickers(own, random.nextInt(101)));
      }

      AggregateLoad load = AggregateLoad.of(clusters, threshold);

      List<PriorityLoad.Share> shares = pickers(inARow, threshold).whole().priorities().shares();
      int bound = 0;
      for (PriorityLoad.Share share : shares) {
        int[] place = places.get(share.priority());
        AggregateLoad.Level expected =
            new AggregateLoad.Level(place[0], place[1], share.pool() == PriorityLoad.Pool.DEGRADED);
        assertThat(load.at(bound)).as("seed %s", seed).isEqualTo(expected);
        bound += share.percent();
        assertThat(load.at(bound - 1)).as("seed %s", seed).isEqualTo(expected);
      }
      assertThat(load.at(bound)).as("seed %s", seed).isNull();
      assertThat(bound).isIn(0, 100);
    }
  }

  @Test
  void whoIsPickedIsOfTheLevel() {
    Member<Host> preferred = member(0, HealthStatus.HEALTHY);
    Member<Host> sick = member(0, HealthStatus.UNHEALTHY);
    Member<Host> degraded = member(1, HealthStatus.DEGRADED);
    ClusterPicker<Host> picker = pickers(List.of(preferred, sick, degraded), 0).whole();
    Random random = new Random(1);

    assertThat(picker.pickOf(0, false, random, 0, Preference.avoiding(List.of())))
        .isSameAs(preferred.endpoint());
    assertThat(picker.pickOf(1, true, random, 0, Preference.avoiding(List.of())))
        .isSameAs(degraded.endpoint());
    assertThat(picker.pickOf(1, false, random, 0, Preference.avoiding(List.of()))).isNull();
    assertThat(picker.pickOf(7, false, random, 0, Preference.avoiding(List.of()))).isNull();
    assertThat(
            picker.pickOf(0, false, random, 0, Preference.avoiding(List.of(preferred.endpoint()))))
        .as("where all were tried, one of them")
        .isSameAs(preferred.endpoint());
  }
}
