package dev.weft.proxy.cluster;

import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.telemetry.ClusterStats.Breaker;
import dev.weft.xds.model.Cluster.RetryBudget;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Priority;

/**
 * Limits what is open to a cluster at once, for one priority, over all loops. The counts outlive
 * Runtimes, the thresholds come with each.
 */
public final class CircuitBreaker {
  private final Thresholds thresholds;
  private final Counts counts;

  private CircuitBreaker(Thresholds thresholds, Counts counts) {
    this.thresholds = thresholds;
    this.counts = counts;
  }

  /** A breaker where nothing is open yet. */
  static CircuitBreaker create(Priority priority, Thresholds thresholds, ClusterStats stats) {
    return new CircuitBreaker(thresholds, new Counts(priority, stats));
  }

  /** The same counts under other thresholds. */
  CircuitBreaker with(Thresholds changed) {
    return new CircuitBreaker(changed, counts);
  }

  /** Takes a permit for a try; false if there are too many. */
  public boolean tryRequest() {
    return counts.requests.tryAcquire(thresholds.maxRequests());
  }

  /** Gives a permit of {@link #tryRequest} back. */
  public void releaseRequest() {
    counts.requests.release(thresholds.maxRequests());
  }

  /** Takes a permit to wait for a connection; false if too many wait. */
  public boolean tryPending() {
    return counts.pending.tryAcquire(thresholds.maxPendingRequests());
  }

  /** Gives a permit of {@link #tryPending} back. */
  public void releasePending() {
    counts.pending.release(thresholds.maxPendingRequests());
  }

  /**
   * Takes a permit for a retry, held from the decision until the retry ends; false if the budget or
   * the limit is used up.
   */
  public boolean tryRetry() {
    return counts.retries.tryAcquire(retryLimit());
  }

  /** Gives a permit of {@link #tryRetry} back. */
  public void releaseRetry() {
    counts.retries.release(retryLimit());
  }

  private int retryLimit() {
    RetryBudget budget = thresholds.retryBudget();
    if (budget == null) {
      return thresholds.maxRetries();
    }
    int requests = counts.requests.held() + counts.pending.held();
    return Math.max(
        budget.minRetryConcurrency(), (int) (requests * (budget.budgetPercent() / 100.0)));
  }

  /** Whether one more connection may be opened. */
  boolean mayConnect() {
    return counts.connections.held() < thresholds.maxConnections();
  }

  void connectionOpening() {
    counts.connections.acquire(thresholds.maxConnections());
  }

  void connectionClosed() {
    counts.connections.release(thresholds.maxConnections());
  }

  /** How much more may be open at once. */
  int left(Breaker what) {
    return switch (what) {
      case CONNECTIONS -> counts.connections.left(thresholds.maxConnections());
      case PENDING -> counts.pending.left(thresholds.maxPendingRequests());
      case REQUESTS -> counts.requests.left(thresholds.maxRequests());
      case RETRIES -> counts.retries.left(retryLimit());
    };
  }

  /** Tries in flight. */
  public int requests() {
    return counts.requests.held();
  }

  private static final class Counts {
    private final Gauge connections;
    private final Gauge pending;
    private final Gauge requests;
    private final Gauge retries;

    Counts(Priority priority, ClusterStats stats) {
      connections = new Gauge(priority, Breaker.CONNECTIONS, stats);
      pending = new Gauge(priority, Breaker.PENDING, stats);
      requests = new Gauge(priority, Breaker.REQUESTS, stats);
      retries = new Gauge(priority, Breaker.RETRIES, stats);
    }
  }
}
