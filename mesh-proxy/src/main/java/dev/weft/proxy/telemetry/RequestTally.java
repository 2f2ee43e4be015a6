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
  private final Answers answers;
  private final RequestTally withoutCodes;
  private final RequestTally quiet;

  /** Which answers are counted. */
  private enum Answers {
    ALL,
    WITHOUT_CODES,
    NONE
  }

  RequestTally(List<RequestCells> groups) {
    this.groups = groups.toArray(RequestCells[]::new);
    this.answers = Answers.ALL;
    this.withoutCodes = new RequestTally(this.groups, Answers.WITHOUT_CODES);
    this.quiet = new RequestTally(this.groups, Answers.NONE);
  }

  private RequestTally(RequestCells[] groups, Answers answers) {
    this.groups = groups;
    this.answers = answers;
    this.withoutCodes = this;
    this.quiet = this;
  }

  /** The same, but clusters count no status. */
  public RequestTally withoutCodes() {
    return withoutCodes;
  }

  /** The same, but answers are not counted. */
  public RequestTally quiet() {
    return quiet;
  }

  /** A try has a connection; its cluster has counted it before. */
  public void sent() {
    for (RequestCells group : groups) {
      group.requests.increment();
    }
  }

  /** See {@link ClusterStats#answered}. */
  public void answered(ClusterStats cluster, int status) {
    switch (answers) {
      case ALL -> cluster.answered(status);
      case WITHOUT_CODES -> cluster.answeredSomehow();
      case NONE -> {
        return;
      }
    }
    for (RequestCells group : groups) {
      group.completed(status);
    }
  }

  /** See {@link ClusterStats#took}. */
  public void took(ClusterStats cluster, long nanos) {
    if (answers == Answers.NONE) {
      return;
    }
    cluster.took(nanos);
    for (RequestCells group : groups) {
      group.time.record(nanos);
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
