package dev.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GrpcCountsTest {
  private static final GrpcMethod ADD = new GrpcMethod("shop.Cart", "Add");

  private final GrpcCounts counts = new GrpcCounts();

  private String prometheus() {
    PrometheusText text = new PrometheusText();
    counts.writePrometheus(text);
    return text.toString();
  }

  private static GrpcMethod method(int number) {
    return new GrpcMethod("Service", "Method" + number);
  }

  @Test
  void theyHaveEnvoysNames() {
    GrpcStats add = counts.ofListed("cart", ADD);
    add.requestMessages(2);
    add.responseMessages(3);
    add.answered("0");
    add.upstreamTime(7_000_000);
    counts.of("cart").answered("14");

    assertThat(counts.plain())
        .containsExactly(
            "cluster.cart.grpc.14: 1",
            "cluster.cart.grpc.failure: 1",
            "cluster.cart.grpc.total: 1",
            "cluster.cart.grpc.shop.Cart.Add.0: 1",
            "cluster.cart.grpc.shop.Cart.Add.success: 1",
            "cluster.cart.grpc.shop.Cart.Add.total: 1",
            "cluster.cart.grpc.shop.Cart.Add.request_message_count: 2",
            "cluster.cart.grpc.shop.Cart.Add.response_message_count: 3",
            "cluster.cart.grpc.shop.Cart.Add.upstream_rq_time.count: 1",
            "cluster.cart.grpc.shop.Cart.Add.upstream_rq_time.sum_ms: 7");
    String labels =
        "{envoy_grpc_bridge_method=\"Add\",envoy_grpc_bridge_service=\"shop.Cart\","
            + "envoy_cluster_name=\"cart\"";
    assertThat(prometheus())
        .contains("# TYPE envoy_cluster_grpc_0 counter\nenvoy_cluster_grpc_0" + labels + "} 1\n")
        .contains(
            "# TYPE envoy_cluster_grpc_total counter\n"
                + "envoy_cluster_grpc_total{envoy_cluster_name=\"cart\"} 1\n"
                + "envoy_cluster_grpc_total"
                + labels
                + "} 1\n")
        .contains("# TYPE envoy_cluster_grpc_upstream_rq_time histogram\n")
        .contains("envoy_cluster_grpc_upstream_rq_time_bucket" + labels + ",le=\"10\"} 1\n")
        .doesNotContain("envoy_cluster_grpc_1 ");
  }

  @Test
  void onlyStatusesOfGrpcAreCountedByTheirNumber() {
    for (String status : List.of("0", "9", "16", "17", "00", "20", "-1", "", "x", "1x", "160")) {
      counts.of("c").answered(status);
    }

    assertThat(counts.plain())
        .containsExactly(
            "cluster.c.grpc.0: 1",
            "cluster.c.grpc.9: 1",
            "cluster.c.grpc.16: 1",
            "cluster.c.grpc.success: 1",
            "cluster.c.grpc.failure: 10",
            "cluster.c.grpc.total: 11");
  }

  @Test
  void methodsThatClientsNameAreCountedTogetherOnceThereAreTooMany() {
    for (int i = 0; i < GrpcCounts.MOST_CALLED + 7; i++) {
      counts.ofCalled(i % 2 == 0 ? "c" : "d", method(i)).answered("0");
    }
    counts.ofCalled("c", method(0)).answered("0");
    counts.ofListed("c", ADD).answered("0");

    assertThat(counts.plain())
        .contains("cluster.c.grpc.Service.Method0.total: 2")
        .contains("cluster.c.grpc.shop.Cart.Add.total: 1")
        .contains("cluster.c.grpc.total: 4", "cluster.d.grpc.total: 3")
        .filteredOn(line -> line.contains("Method") && line.contains("total"))
        .hasSize(GrpcCounts.MOST_CALLED);
  }

  @Test
  void aNameThatIsTooLongIsNotKept() {
    counts.ofCalled("c", new GrpcMethod("x".repeat(GrpcCounts.LONGEST_CALLED), "y")).answered("0");

    assertThat(counts.plain()).contains("cluster.c.grpc.total: 1").hasSize(3);
  }

  @Test
  void whatIsNotConfiguredAnyMoreIsForgottenAndMakesRoom() {
    for (int i = 0; i < GrpcCounts.MOST_CALLED; i++) {
      counts.ofCalled("old", method(i)).answered("0");
    }
    counts.ofListed("c", ADD).answered("0");
    counts.ofListed("c", method(0)).answered("0");

    counts.retain(Set.of("c", "new"), Set.of(ADD));
    counts.ofCalled("new", method(1)).answered("0");

    assertThat(counts.plain())
        .filteredOn(line -> line.contains("total"))
        .containsExactly(
            "cluster.c.grpc.shop.Cart.Add.total: 1", "cluster.new.grpc.Service.Method1.total: 1");
  }

  @Test
  void loopsTogetherKeepToTheBound() throws InterruptedException {
    List<Thread> loops = new ArrayList<>();
    for (int loop = 0; loop < 4; loop++) {
      int first = loop * 200;
      loops.add(
          Thread.ofPlatform()
              .start(
                  () ->
                      IntStream.range(first, first + 600)
                          .forEach(i -> counts.ofCalled("c", method(i)).answered("0"))));
    }
    for (Thread loop : loops) {
      loop.join();
    }

    assertThat(counts.plain())
        .filteredOn(line -> line.contains("Method") && line.contains("total"))
        .hasSize(GrpcCounts.MOST_CALLED);
    assertThat(
            counts.plain().stream()
                .filter(line -> line.contains(".total: "))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(": ") + 2)))
                .sum())
        .isEqualTo(4 * 600);
  }
}
