package dev.weft.proxy.cluster;

import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.upstream.ConnectFailure;
import dev.weft.proxy.upstream.ConnectionObserver;

/** Counts a cluster's connections against its breaker, and for its statistics. */
final class ConnectionCounter implements ConnectionObserver {
  private final CircuitBreaker breaker;
  private final ClusterState state;
  private final ClusterStats stats;

  ConnectionCounter(CircuitBreaker breaker, ClusterState state) {
    this.breaker = breaker;
    this.state = state;
    this.stats = state.stats();
  }

  @Override
  public boolean mayOpen() {
    if (breaker.mayConnect()) {
      return true;
    }
    stats.connectionOverflow();
    return false;
  }

  @Override
  public void opening() {
    breaker.connectionOpening();
    state.connecting();
    stats.connectionOpened();
  }

  @Override
  public void openingAnother() {
    stats.connectionTried();
  }

  @Override
  public void opened() {}

  @Override
  public void failed(ConnectFailure failure) {
    stats.connectFailed(failure.kind() == ConnectFailure.Kind.TIMEOUT);
    if (failure.kind() == ConnectFailure.Kind.LOCAL) {
      stats.bindFailed();
    }
  }

  @Override
  public void unanswered() {
    stats.pingUnanswered();
  }

  @Override
  public void worn() {
    stats.connectionTooOld();
  }

  @Override
  public void closed() {
    breaker.connectionClosed();
    stats.connectionClosed();
  }
}
