package dev.weft.proxy.cluster.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.balance.Hosts.Host;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.LbPolicy.ZoneAware;
import dev.weft.xds.model.MetadataValue;
import dev.weft.xds.model.SubsetPolicy;
import dev.weft.xds.model.SubsetPolicy.Fallback;
import dev.weft.xds.model.SubsetPolicy.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** How localities, zones, subsets, and endpoints that start or report share the load. */
class LocalityTest {
  private static final long SEED = 20261122;
  private static final int PICKS = 10_000;

  private final SplittableRandom random = new SplittableRandom(SEED);

  private static Locality zone(String name) {
    return new Locality("", name, "");
  }

  private static List<Member<Host>> zone(String name, int weight, int healthy, int sick) {
    List<Member<Host>> members = new ArrayList<>();
    for (int i = 0; i < healthy + sick; i++) {
      members.add(
          Hosts.inZone(
              name + "-" + i,
              name,
              weight,
              i < healthy ? HealthStatus.HEALTHY : HealthStatus.UNHEALTHY,
              0));
    }
    return members;
  }

  private static List<Member<Host>> all(List<Member<Host>> one, List<Member<Host>> other) {
    List<Member<Host>> all = new ArrayList<>(one);
    all.addAll(other);
    return all;
  }

  private Map<String, Integer> weighted(List<Member<Host>> members) {
    return Hosts.shares(
        ClusterPicker.build(
            new LbPolicy.RoundRobin(null, new LbPolicy.LocalityWeighted()),
            members,
            BalanceSettings.of(140, 0)),
        random,
        PICKS);
  }

  @Test
  void localitiesShareByTheirWeightsAndALocalityWithoutOneGetsNothing() {
    Map<String, Integer> shares = weighted(all(zone("a", 1, 5, 0), zone("b", 3, 1, 0)));
    assertThat(shares.get("a")).isBetween(2400, 2600);
    assertThat(shares.get("b")).isBetween(7400, 7600);
    assertThat(weighted(all(zone("a", 1, 1, 0), zone("b", 0, 5, 0)))).containsOnlyKeys("a");
  }

  /** 1 of 2 healthy, times 1.4, is 0.7 of the weight. */
  @Test
  void aLocalityThatIsPartlySickHasLessWeight() {
    Map<String, Integer> shares = weighted(all(zone("a", 1, 1, 1), zone("b", 1, 2, 0)));
    assertThat(shares.get("a") / (double) PICKS).isBetween(0.40, 0.42);
  }

  private Map<String, Integer> zoned(
      ZoneAware policy, Map<Locality, Integer> peers, List<Member<Host>> members) {
    return Hosts.shares(
        ClusterPicker.build(
            new LbPolicy.Random(policy),
            members,
            new BalanceSettings(
                140, 50, false, new LocalView(zone("a"), peers, false), () -> 0, 0)),
        random,
        PICKS);
  }

  @Test
  void theOwnZoneTakesAllThatItHasRoomFor() {
    ZoneAware policy = new ZoneAware(100, 6, false, false);
    Map<Locality, Integer> even = Map.of(zone("a"), 2, zone("b"), 2);
    assertThat(zoned(policy, even, all(zone("a", 0, 3, 0), zone("b", 0, 3, 0))))
        .containsOnlyKeys("a");
    // A third of the endpoints for half of the peers: two thirds stay.
    Map<String, Integer> crowded = zoned(policy, even, all(zone("a", 0, 2, 0), zone("b", 0, 4, 0)));
    assertThat(crowded.get("a")).isBetween(6450, 6850);
    assertThat(
            zoned(
                    new ZoneAware(100, 7, false, false),
                    even,
                    all(zone("a", 0, 3, 0), zone("b", 0, 3, 0)))
                .get("a"))
        .as("too small a cluster")
        .isBetween(4700, 5300);
    assertThat(
            zoned(
                    new ZoneAware(50, 6, false, false),
                    even,
                    all(zone("a", 0, 3, 0), zone("b", 0, 3, 0)))
                .get("a"))
        .as("half of the requests")
        .isBetween(7200, 7800);
  }

  /** Whatever the zones, all endpoints of all zones together get equal parts from all peers. */
  @Test
  void zonesAreFairToEachOther() {
    for (int round = 0; round < 300; round++) {
      int[] endpoints = {random.nextInt(1, 9), random.nextInt(1, 9), random.nextInt(1, 9)};
      int[] peers = {random.nextInt(1, 9), random.nextInt(1, 9), random.nextInt(1, 9)};
      double allPeers = peers[0] + peers[1] + peers[2];
      double allEndpoints = endpoints[0] + endpoints[1] + endpoints[2];
      Map<String, Double> load = new HashMap<>();
      for (int own = 0; own < 3; own++) {
        List<Member<Host>> members = new ArrayList<>();
        Map<Locality, Integer> peersByZone = new HashMap<>();
        for (int i = 0; i < 3; i++) {
          members.addAll(zone("z" + i, 0, endpoints[i], 0));
          peersByZone.put(zone("z" + i), peers[i]);
        }
        ClusterPicker<Host> picker =
            ClusterPicker.build(
                new LbPolicy.Random(new ZoneAware(100, 1, false, false)),
                members,
                new BalanceSettings(
                    140,
                    50,
                    false,
                    new LocalView(zone("z" + own), peersByZone, false),
                    () -> 0,
                    0));
        double part = peers[own] / allPeers;
        Hosts.shares(picker, random, 3_000)
            .forEach((to, picks) -> load.merge(to, part * picks / 3_000, Double::sum));
      }
      for (int i = 0; i < 3; i++) {
        assertThat(load.get("z" + i))
            .as("seed %s round %s zone %s", SEED, round, i)
            .isBetween(endpoints[i] / allEndpoints - 0.05, endpoints[i] / allEndpoints + 0.05);
      }
    }
  }

  @Test
  void inPanicAPolicyMayRatherPickNobody() {
    List<Member<Host>> sick = all(zone("a", 0, 1, 4), zone("b", 0, 0, 5));
    Map<Locality, Integer> peers = Map.of(zone("a"), 1, zone("b"), 1);
    assertThat(zoned(new ZoneAware(100, 6, true, false), peers, sick)).containsOnlyKeys("none");
    assertThat(zoned(new ZoneAware(100, 6, false, false), peers, sick)).containsKeys("a", "b");
  }

  private static MetadataCriteria wants(String... pairs) {
    Map<String, MetadataValue> wanted = new HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      wanted.put(pairs[i], new MetadataValue.Text(pairs[i + 1]));
    }
    return MetadataCriteria.compile(wanted);
  }

  private static Selector selector(Fallback fallback, List<String> fewer, String... keys) {
    return new Selector(new TreeSet<>(List.of(keys)), false, fallback, new TreeSet<>(fewer));
  }

  private static Pickers<Host> subsets(Fallback fallback, Selector... selectors) {
    return Pickers.build(
        new SubsetPolicy(
            new LbPolicy.Random(),
            fallback,
            Map.of("stage", new MetadataValue.Text("prod")),
            List.of(selectors),
            false,
            false,
            false,
            false,
            false),
        List.of(
            Hosts.labelled("p1", "stage", "prod", "version", "1"),
            Hosts.labelled("p2", "stage", "prod", "version", "2"),
            Hosts.labelled("d1", "stage", "dev", "version", "1"),
            Hosts.labelled("bare")),
        BalanceSettings.of(140, 50));
  }

  private String picked(Pickers<Host> pickers, MetadataCriteria criteria) {
    ClusterPicker<Host> picker = pickers.of(criteria);
    return picker == null
        ? "none"
        : String.join(",", new TreeSet<>(Hosts.shares(picker, random, 200).keySet()));
  }

  @Test
  void aSubsetIsWhatHasTheValuesOfASelectorsKeys() {
    Pickers<Host> pickers =
        subsets(
            Fallback.NO_FALLBACK,
            selector(Fallback.NOT_DEFINED, List.of(), "stage"),
            selector(Fallback.KEYS_SUBSET, List.of("stage"), "stage", "version"),
            selector(Fallback.ANY_ENDPOINT, List.of(), "version"));

    assertThat(picked(pickers, wants("stage", "prod"))).isEqualTo("p1,p2");
    assertThat(picked(pickers, wants("version", "1", "stage", "prod"))).isEqualTo("p1");
    assertThat(picked(pickers, wants("version", "9", "stage", "prod"))).isEqualTo("p1,p2");
    assertThat(picked(pickers, wants("version", "9"))).isEqualTo("bare,d1,p1,p2");
    assertThat(picked(pickers, wants("stage", "none"))).isEqualTo("none");
    assertThat(picked(pickers, wants("other", "x"))).isEqualTo("none");
    assertThat(picked(pickers, null)).isEqualTo("none");
  }

  @Test
  void aRequestThatNoSubsetIsForFallsBack() {
    Selector stage = selector(Fallback.NOT_DEFINED, List.of(), "stage");
    assertThat(picked(subsets(Fallback.ANY_ENDPOINT, stage), wants("stage", "x")))
        .isEqualTo("bare,d1,p1,p2");
    assertThat(picked(subsets(Fallback.DEFAULT_SUBSET, stage), wants("stage", "x")))
        .isEqualTo("p1,p2");
    assertThat(picked(subsets(Fallback.DEFAULT_SUBSET, stage), null)).isEqualTo("p1,p2");
  }

  @Test
  void anEndpointThatStartsHasLessOfItsWeight() {
    List<Member<Host>> members = all(zone("old", 0, 1, 0), zone("new", 0, 1, 0));
    members.get(1).endpoint().age = Duration.ofSeconds(5).toNanos();
    Map<String, Integer> shares =
        Hosts.shares(
            ClusterPicker.build(
                new LbPolicy.RoundRobin(
                    new LbPolicy.SlowStart(Duration.ofSeconds(10), 1, 10),
                    LbPolicy.LocalityLb.DEFAULT),
                members,
                BalanceSettings.of(140, 50)),
            random,
            3_000);
    assertThat(shares.get("new")).isBetween(990, 1010);
    members.get(1).endpoint().age = 1;
    shares =
        Hosts.shares(
            ClusterPicker.build(
                new LbPolicy.LeastRequest(
                    2,
                    1,
                    false,
                    new LbPolicy.SlowStart(Duration.ofSeconds(10), 1, 10),
                    LbPolicy.LocalityLb.DEFAULT),
                members,
                BalanceSettings.of(140, 50)),
            random,
            11_000);
    assertThat(shares.get("new")).isBetween(850, 1150);
  }

  /** Weight 1 with one in flight and weight 3 with five: 1/2 to 3/6. */
  @Test
  void leastRequestByWeightsCountsWhatIsInFlight() {
    List<Member<Host>> members = Hosts.keyed(1, 3);
    members.get(0).endpoint().active = 1;
    members.get(1).endpoint().active = 5;
    Map<String, Integer> shares =
        Hosts.shares(
            ClusterPicker.build(new LbPolicy.LeastRequest(2), members, BalanceSettings.of(140, 50)),
            random,
            PICKS);
    assertThat(shares.get("0")).isBetween(4500, 5800);
  }

  @Test
  void theCheaperOfTwoIsPicked() {
    List<Member<Host>> members = Hosts.keyed(1, 1);
    members.get(0).endpoint().cost = 10;
    Map<String, Integer> shares =
        Hosts.shares(
            ClusterPicker.build(
                new LbPolicy.PeakEwma(Duration.ofSeconds(10), LbPolicy.LocalityLb.DEFAULT),
                members,
                BalanceSettings.of(140, 50)),
            random,
            PICKS);
    assertThat(shares.get("0")).isBetween(2300, 2700);
  }

  @Test
  void whoReportsMoreRoomGetsMore() {
    List<Member<Host>> members = Hosts.keyed(1, 1, 1);
    members.get(0).endpoint().reported = 300;
    members.get(1).endpoint().reported = 100;
    Map<String, Integer> shares =
        Hosts.shares(
            ClusterPicker.build(
                new LbPolicy.ClientSideWeighted(
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ofSeconds(1),
                    1,
                    List.of(),
                    LbPolicy.LocalityLb.DEFAULT),
                members,
                BalanceSettings.of(140, 50)),
            random,
            6_000);
    assertThat(shares.get("0")).isBetween(2_950, 3_050);
    assertThat(shares.get("1")).isBetween(950, 1_050);
    assertThat(shares.get("2")).as("as the median").isBetween(1_950, 2_050);
  }
}
