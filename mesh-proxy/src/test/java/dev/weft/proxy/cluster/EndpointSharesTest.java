package dev.weft.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which endpoints are to have which part of what lasts. */
class EndpointSharesTest {
  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private ActiveCluster cluster(String fields, String endpoints) throws Exception {
    mesh.apply(
        FromYaml.config(
            "static_resources: {clusters: [{name: c, load_assignment: {cluster_name: c, endpoints: ["
                + endpoints
                + "]}"
                + fields
                + "}]}"));
    return mesh.path.runtime().cluster("c");
  }

  /** Endpoints by their ports. */
  private static Map<Integer, Double> shares(ActiveCluster cluster) {
    Map<Integer, Double> shares = new TreeMap<>();
    EndpointShares.of(cluster, null)
        .weights()
        .forEach((address, weight) -> shares.put(address.getPort(), weight));
    return shares;
  }

  private static String locality(String fields, String... endpoints) {
    return "{" + fields + "lb_endpoints: [" + String.join(", ", endpoints) + "]}";
  }

  private static String endpoint(int port, String fields) {
    return "{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: "
        + port
        + "}}}"
        + fields
        + "}";
  }

  @Test
  void weightsCountOfThoseThatAreWell() throws Exception {
    ActiveCluster cluster =
        cluster(
            "",
            locality(
                "",
                endpoint(1, ""),
                endpoint(2, ", load_balancing_weight: 3"),
                endpoint(3, ", health_status: UNHEALTHY"),
                endpoint(4, ", health_status: DRAINING")));

    assertThat(shares(cluster)).isEqualTo(Map.of(1, 1.0, 2, 3.0));
  }

  @Test
  void theFirstPriorityThatIsWellHasAll() throws Exception {
    String second = locality("priority: 1, ", endpoint(2, ""));

    assertThat(shares(cluster("", locality("", endpoint(1, "")) + ", " + second)))
        .containsOnlyKeys(1);
    assertThat(
            shares(
                cluster(
                    "", locality("", endpoint(1, ", health_status: UNHEALTHY")) + ", " + second)))
        .containsOnlyKeys(2);
  }

  @Test
  void weightsOfLocalitiesCountWhereTheyAreAskedFor() throws Exception {
    String endpoints =
        locality("locality: {zone: a}, load_balancing_weight: 3, ", endpoint(1, ""))
            + ", "
            + locality(
                "locality: {zone: b}, load_balancing_weight: 1, ",
                endpoint(2, ""),
                endpoint(3, ""));

    assertThat(shares(cluster(", common_lb_config: {locality_weighted_lb_config: {}}", endpoints)))
        .isEqualTo(Map.of(1, 3.0, 2, 0.5, 3, 0.5));
    assertThat(shares(cluster("", endpoints))).isEqualTo(Map.of(1, 1.0, 2, 1.0, 3, 1.0));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "lb_policy: RING_HASH | ",
        "lb_policy: MAGLEV | ",
        "lb_subset_config: {subset_selectors: [{keys: [version]}], fallback_policy: ANY_ENDPOINT} | ",
        "connect_timeout: 5s | , health_status: UNHEALTHY",
      })
  void whereWeightsDoNotSayItNobodyHasAShare(String fields, String first) throws Exception {
    String more = first == null ? "" : first;

    assertThat(
            shares(
                cluster(
                    ", " + fields,
                    locality("", endpoint(1, more), endpoint(2, more), endpoint(3, "")))))
        .isEmpty();
  }

  @Test
  void theyAreTheSameUntilSomethingChanges() throws Exception {
    ActiveCluster cluster = cluster("", locality("", endpoint(1, "")));
    EndpointShares shares = EndpointShares.of(cluster, null);

    assertThat(EndpointShares.of(cluster, shares)).isSameAs(shares);
    cluster.refresh();
    assertThat(EndpointShares.of(cluster, shares)).isNotSameAs(shares);
  }
}
