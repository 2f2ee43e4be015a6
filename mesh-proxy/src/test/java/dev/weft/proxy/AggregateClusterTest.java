package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cluster of clusters follows what becomes of those. */
class AggregateClusterTest {
  private final Mesh mesh = new Mesh();
  private Backend one;
  private Backend two;

  @BeforeEach
  void start() {
    one = Backend.named(mesh.outside, "one");
    two = Backend.named(mesh.outside, "two");
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  private static String cluster(String name, Backend... backends) {
    return FromYaml.cluster(name, Stream.of(backends).mapToInt(Backend::port).toArray());
  }

  private void apply(String... clusters) throws BootstrapException {
    mesh.apply(
        FromYaml.served(
            """
            route_config:
              virtual_hosts: [{name: v, domains: ["*"], routes: [{match: {prefix: /}, route: {cluster: all}}]}]
            """,
            "",
            """
            - name: all
              lb_policy: CLUSTER_PROVIDED
              cluster_type:
                name: envoy.clusters.aggregate
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig
                  clusters: [first, second]
            """,
            String.join("\n", clusters)));
  }

  private String ask() {
    return mesh.h1.get(mesh.port(), "/").body();
  }

  @Test
  void itFollowsItsClusters() throws Exception {
    apply(cluster("first", one), cluster("second", two));
    assertThat(ask()).isEqualTo("one");
    apply(cluster("first"), cluster("second", two));
    assertThat(ask()).isEqualTo("two");
    apply(cluster("second", one));
    assertThat(ask()).isEqualTo("one");
    apply(cluster("first", two), cluster("second", one));
    assertThat(ask()).isEqualTo("two");
  }

  @Test
  void itStaysItselfWhileTheyDo() throws Exception {
    apply(cluster("first", one), cluster("second", two));
    ActiveCluster before = mesh.path.runtime().cluster("all");
    apply(cluster("first", one), cluster("second", two), cluster("third", two));
    assertThat(mesh.path.runtime().cluster("all")).isSameAs(before);
    apply(cluster("first", one), cluster("second", one));
    assertThat(mesh.path.runtime().cluster("all")).isNotSameAs(before);
  }
}
