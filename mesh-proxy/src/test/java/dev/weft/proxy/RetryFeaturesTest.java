package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.table;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.Priority;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a retry policy can say, in tables as users write them. */
class RetryFeaturesTest {
  private static final String PREVIOUS_HOSTS =
      "retry_host_predicate: [{name: previous, typed_config: {'@type': 'type.googleapis.com/"
          + "envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate'}}]";

  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private void apply(String policy, ClusterConfig cluster) {
    mesh.apply(
        config(
            table(
                "virtual_hosts: [{name: v, domains: ['*'], routes: [{match: {prefix: /}, route:"
                    + " {cluster: c, retry_policy: {retry_back_off: {base_interval: 0.001s}, "
                    + policy
                    + "}}}]}]"),
            cluster));
  }

  private static ClusterConfig atRandom(int... ports) {
    Cluster cluster =
        new Cluster(
            "c",
            new Cluster.Eds("c"),
            new LbPolicy.Random(),
            Duration.ofSeconds(2),
            UpstreamProtocol.HTTP1,
            null,
            Map.of(Priority.DEFAULT, Cluster.Thresholds.DEFAULTS),
            null,
            0,
            Duration.ofHours(1),
            50);
    return new ClusterConfig(cluster, endpoints("c", ports));
  }

  private List<Integer> statuses(int calls) {
    return IntStream.range(0, calls).mapToObj(i -> mesh.h1.get(mesh.port(), "/").status()).toList();
  }

  @Test
  void aRetryLooksForAnotherEndpointWhereItIsToldTo() {
    Backend bad = Backend.status(mesh.outside, 503);
    Backend good = Backend.named(mesh.outside, "good");

    apply(
        "retry_on: 5xx, num_retries: 1, host_selection_retry_max_attempts: 40, " + PREVIOUS_HOSTS,
        atRandom(bad.port(), good.port()));
    assertThat(statuses(100)).containsOnly(200);

    // Looking once more leaves one in eight that goes to the bad one twice.
    apply("retry_on: 5xx, num_retries: 1, " + PREVIOUS_HOSTS, atRandom(bad.port(), good.port()));
    assertThat(statuses(200)).contains(200, 503);

    // Otherwise chance brings one in four to the bad one twice.
    apply("retry_on: 5xx, num_retries: 1", atRandom(bad.port(), good.port()));
    assertThat(statuses(100)).contains(200, 503);
  }

  @Test
  void anEndpointThatSaysNothingIsNotWaitedFor() {
    AtomicInteger count = new AtomicInteger();
    Backend silentOnce =
        Backend.start(
            mesh.outside,
            request -> {
              if (count.incrementAndGet() > 1) {
                request.response().end("second");
              }
            });
    apply(
        "retry_on: 5xx, per_try_idle_timeout: 0.1s",
        Configs.cluster("c", UpstreamProtocol.HTTP1, silentOnce.port()));

    assertThat(mesh.h1.get(mesh.port(), "/").body()).isEqualTo("second");
    assertThat(mesh.telemetry.calls("cluster/c/perTryIdleTimeout")).isEqualTo(1);
  }

  @Test
  void anEndpointThatNeverSaysAnythingIsATimeout() {
    Backend silent = Backend.start(mesh.outside, request -> {});
    apply(
        "retry_on: retriable-4xx, per_try_idle_timeout: 0.1s",
        Configs.cluster("c", UpstreamProtocol.HTTP1, silent.port()));

    Client.Reply reply = mesh.h1.get(mesh.port(), "/");

    assertThat(reply.status()).isEqualTo(504);
    assertThat(reply.body()).isEqualTo("upstream request timeout");
    await().until(() -> mesh.telemetry.lines().size() == 1);
    assertThat(mesh.telemetry.lines().getFirst().flags()).isEqualTo("UT");
  }

  @Test
  void anAnswerThatStopsIsCut() {
    Backend stops =
        Backend.start(
            mesh.outside,
            request -> request.response().putHeader("content-length", "9").write("part"));
    apply(
        "retry_on: 5xx, per_try_idle_timeout: 0.1s",
        Configs.cluster("c", UpstreamProtocol.HTTP1, stops.port()));

    assertThatThrownBy(() -> mesh.h1.get(mesh.port(), "/"))
        .isInstanceOf(IllegalStateException.class);
    assertThat(stops.requests()).isEqualTo(1);
    await().until(() -> mesh.telemetry.lines().size() == 1);
    assertThat(mesh.telemetry.lines().getFirst().flags()).isEqualTo("UT");
  }
}
