package dev.weft.control.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.control.compile.PortView.Member;
import dev.weft.control.discovery.MeshWorkload;
import dev.weft.control.resource.LocalityPolicy;
import dev.weft.control.resource.LocalityPolicy.Distribute;
import dev.weft.control.resource.LocalityPolicy.Failover;
import dev.weft.control.resource.LocalityPolicy.Prefer;
import dev.weft.control.resource.LocalityPolicy.Shares;
import dev.weft.control.resource.Place;
import dev.weft.xds.model.EndpointSet.LocalityEndpoints;
import dev.weft.xds.model.LbPolicy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which instances a proxy takes first, by where it is. */
class NearnessTest {
  private static final MeshWorkload[] CATALOG = {
    at("eu", "a", "10.0.1.1"),
    at("eu", "b", "10.0.2.1"),
    at("eu", "b", "10.0.2.2"),
    at("us", "a", "10.0.3.1"),
    at("ap", "a", "10.0.4.1"),
    at("", "", "10.0.5.1")
  };

  @Test
  void theOwnZoneComesFirstThenTheRegionThenTheOthers() {
    Models models = models("prefer: Zone");

    assertThat(shown(models, "eu", "a"))
        .containsExactly(
            "0 eu/a [10.0.1.1]",
            "1 eu/b [10.0.2.1, 10.0.2.2]",
            "2  [10.0.5.1]",
            "2 ap/a [10.0.4.1]",
            "2 us/a [10.0.3.1]");
    assertThat(shown(models, "eu", "c").getFirst()).as("a zone without any").startsWith("0 eu/a");
    assertThat(shown(models, "eu", "").getFirst()).as("any zone").startsWith("0 eu/a");
    assertThat(shown(models, "", "")).as("nowhere").allMatch(locality -> locality.startsWith("0 "));
  }

  @Test
  void aRegionIsPreferredWithoutRegardToZones() {
    assertThat(shown(models("prefer: Region"), "eu", "a"))
        .startsWith("0 eu/a [10.0.1.1]", "0 eu/b [10.0.2.1, 10.0.2.2]", "1  [10.0.5.1]");
  }

  @Test
  void aPolicySaysWhereToGoOn() {
    Models models = models("prefer: Region, failover: [{from: eu, to: [us, nowhere, ap]}]");

    assertThat(shown(models, "eu", "a"))
        .containsExactly(
            "0 eu/a [10.0.1.1]",
            "0 eu/b [10.0.2.1, 10.0.2.2]",
            "1 us/a [10.0.3.1]",
            "2 ap/a [10.0.4.1]",
            "3  [10.0.5.1]");
    assertThat(shown(models, "us", "a").subList(1, 3))
        .as("nothing is said of it")
        .allMatch(locality -> locality.startsWith("1 "));
  }

  @Test
  void sharesAreWeightsThatZonesOfARegionDivideByTheirInstances() {
    Models models =
        models("distribute: [{from: eu, to: {eu: 90, us/a: 10}}, {from: eu/b, to: {eu/b: 100}}]");

    assertThat(weights(models, "eu", "a"))
        .containsExactly("0 eu/a 30000", "0 eu/b 60000", "0 us/a 10000", "1  1", "1 ap/a 1");
    assertThat(weights(models, "eu", "b").getFirst()).isEqualTo("0 eu/b 100000");
    assertThat(weights(models, "us", "a"))
        .as("nothing is said of it")
        .containsExactly("0  1", "0 ap/a 1", "0 eu/a 1", "0 eu/b 2", "0 us/a 1");
    assertThat(models.cluster("catalog.shop/grpc").lbPolicy())
        .isEqualTo(new LbPolicy.RoundRobin(null, new LbPolicy.LocalityWeighted()));
  }

  @Test
  void withoutAPolicyPlacesAreOfNoInterest() {
    assertThat(new Models(Shop.SERVICES, CATALOG).localities("catalog.shop/grpc", place("eu", "a")))
        .singleElement()
        .satisfies(locality -> assertThat(locality.endpoints()).hasSize(6));
  }

  @Test
  void hostNamesHaveNoPlaceAndThatIsSaid() {
    Models models =
        new Models(
            Shop.SERVICES
                + policy("prefer: Zone")
                + """
                ---
                apiVersion: weft.dev/v1alpha1
                kind: Workload
                metadata: {name: legacy, namespace: shop}
                spec: {service: catalog, address: host.example, ports: {grpc: 9000}}
                """);

    assertThat(models.problems())
        .singleElement()
        .asString()
        .contains("catalog.shop/grpc", "host names");
  }

  /**
   * Nobody is lost or there twice, priorities have no gaps, who is nearer never comes later, and
   * what a place has a share of is divided as it says.
   */
  @Test
  void lawsHoldForAnyMesh() {
    String[] regions = {"", "eu", "us", "ap"};
    String[] zones = {"", "a", "b"};
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      List<Member> members = new ArrayList<>();
      for (int i = 0; i < random.nextInt(12); i++) {
        members.add(
            new Member(
                "10.0.0." + i,
                80,
                1 + random.nextInt(5),
                place(pick(random, regions), pick(random, zones))));
      }
      Place viewer = place(pick(random, regions), pick(random, zones));
      LocalityPolicy policy =
          random.nextBoolean()
              ? new Prefer(random.nextBoolean(), List.of(new Failover("eu", List.of("ap", "us"))))
              : new Distribute(
                  List.of(
                      new Shares(
                          place("eu", ""), Map.of(place("eu", "a"), 70, place("us", ""), 30))));

      List<LocalityEndpoints> localities = Nearness.localities(policy, members, viewer);

      assertThat(
              localities.stream().flatMap(l -> l.endpoints().stream()).map(e -> e.address().host()))
          .as("seed %d", seed)
          .containsExactlyInAnyOrderElementsOf(members.stream().map(Member::address).toList());
      List<Integer> priorities = localities.stream().map(LocalityEndpoints::priority).toList();
      assertThat(priorities).as("seed %d", seed).isSorted();
      assertThat(new TreeSet<>(priorities))
          .as("seed %d", seed)
          .containsExactlyElementsOf(
              IntStream.range(0, new TreeSet<>(priorities).size()).boxed().toList());
      assertThat(localities).as("seed %d", seed).allMatch(l -> l.weight() > 0);
      if (policy instanceof Prefer && !viewer.equals(Place.NOWHERE)) {
        nearerComesFirst(seed, localities, viewer);
      }
    }
  }

  private static void nearerComesFirst(int seed, List<LocalityEndpoints> localities, Place viewer) {
    for (LocalityEndpoints one : localities) {
      for (LocalityEndpoints other : localities) {
        if (one.locality().region().equals(viewer.region())
            && !other.locality().region().equals(viewer.region())) {
          assertThat(one.priority()).as("seed %d", seed).isLessThan(other.priority());
        }
      }
    }
  }

  private static Models models(String locality) {
    return new Models(Shop.SERVICES + policy(locality), CATALOG);
  }

  private static String policy(String locality) {
    return """
    apiVersion: weft.dev/v1alpha1
    kind: TrafficPolicy
    metadata: {name: p, namespace: shop}
    spec:
      targetRef: {kind: Service, name: catalog}
      loadBalancing: {policy: RoundRobin, locality: {%s}}
    """
        .formatted(locality);
  }

  private static List<String> shown(Models models, String region, String zone) {
    return models.localities("catalog.shop/grpc", place(region, zone)).stream()
        .map(
            l ->
                name(l)
                    + " "
                    + l.endpoints().stream().map(endpoint -> endpoint.address().host()).toList())
        .toList();
  }

  private static List<String> weights(Models models, String region, String zone) {
    return models.localities("catalog.shop/grpc", place(region, zone)).stream()
        .map(l -> name(l) + " " + l.weight())
        .toList();
  }

  private static String name(LocalityEndpoints locality) {
    return locality.priority()
        + " "
        + place(locality.locality().region(), locality.locality().zone());
  }

  private static MeshWorkload at(String region, String zone, String address) {
    return Shop.labelled(
        "shop",
        "catalog",
        address,
        region.isEmpty() ? Map.of() : Map.of(Place.REGION_LABEL, region, Place.ZONE_LABEL, zone),
        "grpc");
  }

  private static Place place(String region, String zone) {
    return new Place(region, zone);
  }

  private static String pick(Random random, String[] from) {
    return from[random.nextInt(from.length)];
  }
}
