package dev.weft.proxy.telemetry;

import java.util.List;

/**
 * Counts what becomes of a request, for its cluster and for all groups that it is of. On the event
 * loops; does not block or allocate.
 */
public final class RequestTally {
  /** For requests that are of no group. */
  public static final RequestTally NONE = new RequestTally(List.of());

  private final RequestCells[] groups;

  RequestTally(List<RequestCells> groups) {
    this.groups = groups.toArray(RequestCells[]::new);
  }

  /** A try has a connection; its cluster has counted it before. */
  public void sent() {
    for (RequestCells group : groups) {
      group.requests.increment();
    }
  }

  /** See {@link ClusterStats#responseCompleted}. */
  public void responseCompleted(ClusterStats cluster, int status, long nanos) {
    cluster.responseCompleted(status, nanos);
    for (RequestCells group : groups) {
      group.completed(status);
      group.time.record(nanos);
    }
  }

  /** See {@link ClusterStats#answeredHere}. */
  public void answeredHere(ClusterStats cluster, int status) {
    cluster.answeredHere(status);
    for (RequestCells group : groups) {
      group.completed(status);
    }
  }

  /** See {@link ClusterStats#retry}. */
  public void retry(ClusterStats cluster) {
    cluster.retry();
    for (RequestCells group : groups) {
      group.retries.increment();
    }
  }

  /** See {@link ClusterStats#retrySucceeded}. */
  public void retrySucceeded(ClusterStats cluster) {
    cluster.retrySucceeded();
    for (RequestCells group : groups) {
      group.retrySuccess.increment();
    }
  }

  /** See {@link ClusterStats#retryOverflow}. */
  public void retryOverflow(ClusterStats cluster) {
    cluster.retryOverflow();
    for (RequestCells group : groups) {
      group.retryOverflow.increment();
    }
  }

  /** See {@link ClusterStats#retryLimitExceeded}. */
  public void retryLimitExceeded(ClusterStats cluster) {
    cluster.retryLimitExceeded();
    for (RequestCells group : groups) {
      group.retryLimit.increment();
    }
  }

  /** See {@link ClusterStats#timeout}. */
  public void timeout(ClusterStats cluster) {
    cluster.timeout();
    for (RequestCells group : groups) {
      group.timeouts.increment();
    }
  }
}
