package dev.weft.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.testkit.RecordingTelemetry;
import dev.weft.proxy.wire.Counts;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EndpointConnectionsTest {
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private final ClusterStats stats = telemetry.cluster("c");
  private final Counts cluster = new Counts();
  private final AtomicInteger toA = new AtomicInteger();
  private final AtomicInteger toB = new AtomicInteger();

  @Test
  void eachEndpointHasItsOwn() {
    EndpointConnections a = new EndpointConnections(cluster, stats, 2, toA, null);
    EndpointConnections b = new EndpointConnections(cluster, stats, 2, toB, null);
    a.opening();
    a.opening();
    assertThat(a.mayOpen()).isFalse();
    assertThat(b.mayOpen()).isTrue();
    assertThat(telemetry.calls("cluster/c/connectionOverflow")).isEqualTo(1);

    a.closed();
    assertThat(a.mayOpen()).isTrue();
  }

  @Test
  void theClusterCountsThemToo() {
    EndpointConnections a = new EndpointConnections(cluster, stats, 2, toA, null);
    a.opening();
    cluster.most = 1;
    assertThat(a.mayOpen()).isFalse();
    assertThat(cluster.opening).hasValue(1);
    // That is for the cluster's own observer to count.
    assertThat(telemetry.calls("cluster/c/connectionOverflow")).isZero();
  }

  @Test
  void theyCountUnderAnotherConfiguration() {
    EndpointConnections before = new EndpointConnections(cluster, stats, 2, toA, null);
    before.opening();
    EndpointConnections after = new EndpointConnections(new Counts(), stats, 1, toA, null);
    assertThat(after.mayOpen()).isFalse();
    before.closed();
    assertThat(after.mayOpen()).isTrue();
  }
}
