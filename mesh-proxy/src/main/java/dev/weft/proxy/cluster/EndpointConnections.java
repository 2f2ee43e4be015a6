package dev.weft.proxy.cluster;

import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.upstream.ConnectFailure;
import dev.weft.proxy.upstream.ConnectionObserver;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The connections to one endpoint, of which there may be so many, or which are counted by
 * themselves, too, beside those of its cluster.
 */
final class EndpointConnections implements ConnectionObserver {
  private final ConnectionObserver cluster;
  private final ClusterStats stats;
  private final int most;
  private final AtomicInteger open;
  private final @Nullable EndpointCounts counts;

  /**
   * @param open how many there are, whatever the configuration was that they were opened by
   * @param counts null where they are not counted by themselves
   */
  EndpointConnections(
      ConnectionObserver cluster,
      ClusterStats stats,
      int most,
      AtomicInteger open,
      @Nullable EndpointCounts counts) {
    this.cluster = cluster;
    this.stats = stats;
    this.most = most;
    this.open = open;
    this.counts = counts;
  }

  /** Whether it counts for this configuration of the cluster. */
  boolean isOf(ConnectionObserver observer) {
    return cluster.equals(observer);
  }

  @Override
  public boolean mayOpen() {
    if (open.get() < most) {
      return cluster.mayOpen();
    }
    stats.connectionOverflow();
    return false;
  }

  @Override
  public void opening() {
    open.incrementAndGet();
    if (counts != null) {
      counts.connections.increment();
      counts.connectionsActive.increment();
    }
    cluster.opening();
  }

  @Override
  public void openingAnother() {
    cluster.openingAnother();
  }

  @Override
  public void opened() {
    cluster.opened();
  }

  @Override
  public void failed(ConnectFailure failure) {
    if (counts != null) {
      counts.connectFailures.increment();
    }
    cluster.failed(failure);
  }

  @Override
  public void unanswered() {
    cluster.unanswered();
  }

  @Override
  public void worn() {
    cluster.worn();
  }

  @Override
  public void closed() {
    open.decrementAndGet();
    if (counts != null) {
      counts.connectionsActive.decrement();
    }
    cluster.closed();
  }
}
