package dev.weft.proxy.cluster.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.balance.Hosts.Host;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.HashFunction;
import dev.weft.xds.model.LbPolicy.HashKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Ring hash and Maglev: Envoy's placement for the same keys, and the laws of both. */
class HashPlacementTest {
  private static final long SEED = 20261122;
  private static final LbPolicy.RingHash RING =
      new LbPolicy.RingHash(HashFunction.XX_HASH, 1024, 8_388_608, HashKeys.DEFAULT, false);

  private final SplittableRandom random = new SplittableRandom(SEED);

  private static LbPolicy.Maglev maglev(int size) {
    return new LbPolicy.Maglev(size, HashKeys.DEFAULT, false);
  }

  private static LbPolicy.RingHash ring(int minimum) {
    return new LbPolicy.RingHash(HashFunction.XX_HASH, minimum, 8_388_608, HashKeys.DEFAULT, false);
  }

  private static ClusterPicker<Host> picker(LbPolicy.OfEndpoints policy, List<Member<Host>> hosts) {
    return ClusterPicker.build(policy, hosts, BalanceSettings.of(140, 50));
  }

  /** Where the header values key-0 to key-59 go. */
  private String placed(LbPolicy.OfEndpoints policy, int... weights) {
    ClusterPicker<Host> picker = picker(policy, Hosts.keyed(weights));
    StringBuilder placed = new StringBuilder();
    for (int i = 0; i < 60; i++) {
      placed.append(picker.pick(random, XxHash64.hash("key-" + i), Preference.avoiding(List.of())));
    }
    return placed.toString();
  }

  /** Observed on Envoy 1.40.0 with the metadata hash_key host-0 to host-4 on 2026-11-22. */
  @Test
  void placesAsEnvoyDoes() {
    assertThat(placed(RING, 1, 1, 1, 1, 1))
        .isEqualTo("224410222322212433304301004420131142404424332231444301313122");
    assertThat(
            placed(
                new LbPolicy.RingHash(
                    HashFunction.MURMUR_HASH_2, 100, 8_388_608, HashKeys.DEFAULT, false),
                1,
                1,
                1,
                1,
                1))
        .isEqualTo("312031411421441222324204212413224031432223403232422331230122");
    assertThat(placed(maglev(65_537), 1, 1, 1, 1, 1))
        .isEqualTo("222041334013034003313224103414401140133201301043211434302002");
    assertThat(placed(maglev(251), 1, 2, 3, 7, 1))
        .isEqualTo("313131330333312013423203333243233331230232233423341223132331");
    assertThat(placed(RING, 1, 2, 3, 7, 1))
        .isEqualTo("323310223322212333313311004133223332133323333331324331313122");
  }

  /** Values of the reference implementation of xxHash; murmur2 is held to Envoy's placement. */
  @Test
  void hashesAsTheReferencesDo() {
    assertThat(XxHash64.hash("")).isEqualTo(0xef46db3751d8e999L);
    assertThat(XxHash64.hash("abc")).isEqualTo(0x44bc2cf5ad770999L);
    assertThat(XxHash64.hash("foo")).isEqualTo(0x33bf00a859c4ba3fL);
  }

  @Test
  void aRingHasEachHostByItsWeightAndTheNextEntryTakesAHash() {
    for (int round = 0; round < 10_000; round++) {
      int[] weights = new int[random.nextInt(1, 9)];
      Arrays.setAll(weights, i -> random.nextInt(1, 5));
      List<Member<Host>> hosts = Hosts.keyed(weights);
      WeightedHosts<Host> weighted = WeightedHosts.flat(hosts);
      int minimum = random.nextInt(1, 64);
      HashRing ring = new HashRing(ring(minimum), weighted);
      int[] counts = ring.counts();
      int size = Arrays.stream(counts).sum();
      assertThat(size).as("seed %s round %s", SEED, round).isGreaterThanOrEqualTo(minimum);
      int sum = Arrays.stream(weights).sum();
      for (int i = 0; i < counts.length; i++) {
        assertThat(Math.abs(counts[i] - (double) size * weights[i] / sum))
            .as("seed %s round %s host %s", SEED, round, i)
            .isLessThan(1 + (double) weights[i] / sum);
      }
      long hash = random.nextLong();
      assertThat(ring.index(hash, 0))
          .as("seed %s round %s", SEED, round)
          .isEqualTo(nearest(hosts, counts, hash));
    }
  }

  /** The owner of the least entry that is not below the hash, or of the least of all. */
  private static int nearest(List<Member<Host>> hosts, int[] counts, long hash) {
    int owner = -1;
    long best = 0;
    int least = -1;
    long leastEntry = 0;
    for (int host = 0; host < counts.length; host++) {
      for (int i = 0; i < counts[host]; i++) {
        long entry = XxHash64.hash(hosts.get(host).hashKey(false) + "_" + i);
        if (Long.compareUnsigned(entry, hash) >= 0
            && (owner < 0 || Long.compareUnsigned(entry, best) < 0)) {
          owner = host;
          best = entry;
        }
        if (least < 0 || Long.compareUnsigned(entry, leastEntry) < 0) {
          least = host;
          leastEntry = entry;
        }
      }
    }
    return owner < 0 ? least : owner;
  }

  @Test
  void aTableIsFullAndHasEachHostByItsWeight() {
    for (int round = 0; round < 10_000; round++) {
      int[] weights = new int[random.nextInt(1, 9)];
      boolean equal = random.nextBoolean();
      Arrays.setAll(weights, i -> equal ? 1 : random.nextInt(1, 5));
      int[] counts =
          new MaglevTable(maglev(251), WeightedHosts.flat(Hosts.keyed(weights))).counts();
      int sum = Arrays.stream(weights).sum();
      assertThat(Arrays.stream(counts).sum()).isEqualTo(251);
      for (int i = 0; i < counts.length; i++) {
        assertThat(Math.abs(counts[i] - 251.0 * weights[i] / sum))
            .as("seed %s round %s host %s of %s", SEED, round, i, Arrays.toString(weights))
            .isLessThanOrEqualTo(equal ? 1 : 2 + weights.length);
      }
    }
  }

  /** Keys of hosts that stay mostly stay with them when one goes; all others find a new one. */
  @Test
  void whenAHostGoesFewKeysMoveThatWereNotItsOwn() {
    long kept = 0;
    long movedByRing = 0;
    long movedByMaglev = 0;
    for (int round = 0; round < 100; round++) {
      int[] weights = new int[random.nextInt(3, 20)];
      Arrays.fill(weights, 1);
      List<Member<Host>> all = Hosts.keyed(weights);
      List<Member<Host>> fewer = new ArrayList<>(all);
      Host gone = fewer.remove(random.nextInt(all.size())).endpoint();
      ClusterPicker<Host> ring = picker(RING, all);
      ClusterPicker<Host> smallerRing = picker(RING, fewer);
      ClusterPicker<Host> table = picker(maglev(65_537), all);
      ClusterPicker<Host> sparserTable = picker(maglev(65_537), fewer);
      for (int i = 0; i < 200; i++) {
        long hash = random.nextLong();
        Host before = ring.pick(random, hash, Preference.avoiding(List.of()));
        Host after = smallerRing.pick(random, hash, Preference.avoiding(List.of()));
        assertThat(after).isNotSameAs(gone);
        movedByRing += before != gone && after != before ? 1 : 0;
        before = table.pick(random, hash, Preference.avoiding(List.of()));
        after = sparserTable.pick(random, hash, Preference.avoiding(List.of()));
        assertThat(after).isNotSameAs(gone);
        movedByMaglev += before != gone && after != before ? 1 : 0;
        kept++;
      }
    }
    assertThat((double) movedByRing / kept).as("seed %s", SEED).isLessThan(0.15);
    assertThat((double) movedByMaglev / kept).as("seed %s", SEED).isLessThan(0.05);
  }

  @Test
  void nobodyHasMoreThanItsPartOfTheLoadTimesTheFactor() {
    for (int round = 0; round < 10_000; round++) {
      int n = random.nextInt(2, 8);
      int[] weights = new int[n];
      Arrays.fill(weights, 1);
      List<Member<Host>> members = Hosts.keyed(weights);
      int total = 0;
      for (Member<Host> member : members) {
        member.endpoint().active = random.nextInt(4);
        total += member.endpoint().active;
      }
      int active = total;
      int factor = 100 + random.nextInt(100);
      WeightedHosts<Host> weighted = WeightedHosts.flat(members);
      BoundedLoad<Host> bounded =
          new BoundedLoad<>(new MaglevTable(maglev(251), weighted), weighted, factor, () -> active);
      long hash = random.nextLong();
      Host picked = bounded.pick(random, hash, 0);
      double slots = Math.max(1, Math.ceil((double) (((active + 1) * factor + 99) / 100) / n));
      boolean room = members.stream().anyMatch(m -> m.endpoint().active <= slots);
      assertThat(picked.active <= slots || !room)
          .as("seed %s round %s: %s of %s", SEED, round, picked.active, slots)
          .isTrue();
      assertThat(bounded.pick(random, hash, 0)).isSameAs(picked);
    }
  }

  @Test
  void aRetryAsksAnotherHostOfTheSameSequence() {
    for (LbPolicy.OfEndpoints policy : List.of(RING, maglev(65_537))) {
      ClusterPicker<Host> picker = picker(policy, Hosts.keyed(1, 1, 1, 1, 1));
      for (int i = 0; i < 1_000; i++) {
        long hash = random.nextLong();
        Host first = picker.pick(random, hash, Preference.avoiding(List.of()));
        Host second = picker.pick(random, hash, Preference.avoiding(List.of(first)));
        assertThat(second).isNotSameAs(first);
      }
    }
  }

  @Test
  void withoutHashKeysHostsArePlacedByAddressOrByName() {
    List<Member<Host>> byName = new ArrayList<>();
    for (String name : List.of("a.test", "b.test", "c.test")) {
      byName.add(
          new Member<>(new Host(name), 1, 0, dev.weft.xds.model.EndpointSet.HealthStatus.UNKNOWN));
    }
    assertThat(byName.getFirst().hashKey(false)).isEmpty();
    Member<Host> one =
        Hosts.inZone("x", "", 0, dev.weft.xds.model.EndpointSet.HealthStatus.UNKNOWN, 0);
    assertThat(one.hashKey(false)).isEqualTo("127.0.0.1:1");
  }
}
