package dev.weft.proxy.telemetry;

import dev.weft.proxy.telemetry.Metric.Count;
import dev.weft.proxy.telemetry.Metric.Level;
import dev.weft.proxy.telemetry.Metric.Statuses;
import dev.weft.proxy.telemetry.Metric.Times;
import dev.weft.proxy.telemetry.Metric.Wanted;
import dev.weft.xds.model.Priority;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The counts of a cluster. */
final class ClusterCells implements ClusterStats {
  private final LongAdder requests = new LongAdder();
  private final LongAdder active = new LongAdder();
  private final LongAdder completed = new LongAdder();
  private final StatusCounts statuses = new StatusCounts();
  private final Histogram time = new Histogram();
  private final LongAdder retries = new LongAdder();
  private final LongAdder retrySuccess = new LongAdder();
  private final LongAdder retryOverflow = new LongAdder();
  private final LongAdder retryLimit = new LongAdder();
  private final LongAdder redirectsFollowed = new LongAdder();
  private final LongAdder redirectsPassed = new LongAdder();
  private final LongAdder timeouts = new LongAdder();
  private final LongAdder perTryTimeouts = new LongAdder();
  private final LongAdder perTryIdleTimeouts = new LongAdder();
  private final LongAdder pendingOverflow = new LongAdder();
  private final LongAdder attemptsExceeded = new LongAdder();
  private final LongAdder pendingTotal = new LongAdder();
  private final LongAdder pendingActive = new LongAdder();
  private final LongAdder pendingCancelled = new LongAdder();
  private final LongAdder pendingFailed = new LongAdder();
  private final LongAdder rxReset = new LongAdder();
  private final LongAdder txReset = new LongAdder();
  private final LongAdder noneHealthy = new LongAdder();
  private final LongAdder connections = new LongAdder();
  private final LongAdder connectionsActive = new LongAdder();
  private final LongAdder connectionsDestroyed = new LongAdder();
  private final LongAdder connectFail = new LongAdder();
  private final LongAdder connectTimeout = new LongAdder();
  private final LongAdder pingsUnanswered = new LongAdder();
  private final LongAdder connectionOverflow = new LongAdder();
  private final LongAdder connectionsTooOld = new LongAdder();
  private final LongAdder bindErrors = new LongAdder();
  private final LongAdder streamsTooLong = new LongAdder();
  private final AtomicLongArray outliers = new AtomicLongArray(Outlier.values().length);
  private final AtomicLongArray ejections = new AtomicLongArray(Outlier.values().length);
  private final LongAdder ejectionOverflow = new LongAdder();
  private final LongAdder[] checks = adders(HealthCheck.values().length);
  private volatile @Nullable TrackedCells tracked;
  private volatile Checked checked = new Checked(0, 0);
  private volatile Members members = new Members(0, 0, 0, 0, 0);
  private final AtomicInteger openBreakers = new AtomicInteger();
  private volatile @Nullable ToIntFunction<Breaker> left;
  private volatile @Nullable ToIntFunction<Breaker> highLeft;

  private record Members(int total, int healthy, int degraded, int excluded, int ejected) {}

  private record Checked(int healthy, int degraded) {}

  static final List<Metric<ClusterCells>> METRICS =
      Stream.concat(
              Stream.<Metric<ClusterCells>>of(
                  new Count<>("upstream_rq_total", c -> c.requests.sum()),
                  new Level<>("upstream_rq_active", c -> c.active.sum()),
                  new Count<>("upstream_rq_completed", c -> c.completed.sum()),
                  new Statuses<>("upstream_rq", c -> c.statuses),
                  new Times<>("upstream_rq_time", c -> c.time),
                  new Count<>("upstream_rq_retry", c -> c.retries.sum()),
                  new Count<>("upstream_rq_retry_success", c -> c.retrySuccess.sum()),
                  new Count<>("upstream_rq_retry_overflow", c -> c.retryOverflow.sum()),
                  new Count<>("upstream_rq_retry_limit_exceeded", c -> c.retryLimit.sum()),
                  new Count<>(
                      "upstream_internal_redirect_succeeded_total", c -> c.redirectsFollowed.sum()),
                  new Count<>(
                      "upstream_internal_redirect_failed_total", c -> c.redirectsPassed.sum()),
                  new Count<>("upstream_rq_timeout", c -> c.timeouts.sum()),
                  new Count<>("upstream_rq_per_try_timeout", c -> c.perTryTimeouts.sum()),
                  new Count<>("upstream_rq_per_try_idle_timeout", c -> c.perTryIdleTimeouts.sum()),
                  new Count<>("upstream_rq_pending_total", c -> c.pendingTotal.sum()),
                  new Level<>("upstream_rq_pending_active", c -> c.pendingActive.sum()),
                  new Count<>("upstream_rq_pending_overflow", c -> c.pendingOverflow.sum()),
                  new Count<>("upstream_rq_pending_failure_eject", c -> c.pendingFailed.sum()),
                  new Count<>("upstream_rq_cancelled", c -> c.pendingCancelled.sum()),
                  new Count<>("upstream_rq_rx_reset", c -> c.rxReset.sum()),
                  new Count<>("upstream_rq_tx_reset", c -> c.txReset.sum()),
                  new Count<>("upstream_cx_none_healthy", c -> c.noneHealthy.sum()),
                  new Count<>("upstream_cx_total", c -> c.connections.sum()),
                  new Level<>("upstream_cx_active", c -> c.connectionsActive.sum()),
                  new Count<>("upstream_cx_destroy", c -> c.connectionsDestroyed.sum()),
                  new Count<>("upstream_cx_connect_fail", c -> c.connectFail.sum()),
                  new Count<>(
                      "upstream_cx_connect_attempts_exceeded", c -> c.attemptsExceeded.sum()),
                  new Count<>("upstream_cx_connect_timeout", c -> c.connectTimeout.sum()),
                  new Count<>("http2.keepalive_timeout", c -> c.pingsUnanswered.sum()),
                  new Count<>("upstream_cx_overflow", c -> c.connectionOverflow.sum()),
                  new Count<>("bind_errors", c -> c.bindErrors.sum()),
                  new Count<>("upstream_cx_max_duration_reached", c -> c.connectionsTooOld.sum()),
                  new Count<>("upstream_rq_max_duration_reached", c -> c.streamsTooLong.sum()),
                  new Count<>(
                      "outlier_detection.ejections_enforced_total", c -> total(c.ejections)),
                  new Count<>(
                      "outlier_detection.ejections_overflow", c -> c.ejectionOverflow.sum()),
                  new Level<>("outlier_detection.ejections_active", c -> c.members.ejected()),
                  new Level<>("membership_total", c -> c.members.total()),
                  new Level<>("membership_healthy", c -> c.members.healthy()),
                  new Level<>("membership_degraded", c -> c.members.degraded()),
                  new Level<>("membership_excluded", c -> c.members.excluded()),
                  check("attempt", HealthCheck.ATTEMPT),
                  check("success", HealthCheck.SUCCESS),
                  check("failure", HealthCheck.FAILURE),
                  check("passive_failure", HealthCheck.PASSIVE_FAILURE),
                  check("network_failure", HealthCheck.NETWORK_FAILURE),
                  check("verify_cluster", HealthCheck.VERIFY_CLUSTER),
                  new Level<>("health_check.healthy", c -> c.checked.healthy()),
                  new Level<>("health_check.degraded", c -> c.checked.degraded()),
                  breaker(Priority.DEFAULT, Breaker.CONNECTIONS),
                  breaker(Priority.DEFAULT, Breaker.PENDING),
                  breaker(Priority.DEFAULT, Breaker.REQUESTS),
                  breaker(Priority.DEFAULT, Breaker.RETRIES),
                  breaker(Priority.HIGH, Breaker.CONNECTIONS),
                  breaker(Priority.HIGH, Breaker.PENDING),
                  breaker(Priority.HIGH, Breaker.REQUESTS),
                  breaker(Priority.HIGH, Breaker.RETRIES),
                  left(Priority.DEFAULT, Breaker.CONNECTIONS),
                  left(Priority.DEFAULT, Breaker.PENDING),
                  left(Priority.DEFAULT, Breaker.REQUESTS),
                  left(Priority.DEFAULT, Breaker.RETRIES),
                  left(Priority.HIGH, Breaker.CONNECTIONS),
                  left(Priority.HIGH, Breaker.PENDING),
                  left(Priority.HIGH, Breaker.REQUESTS),
                  left(Priority.HIGH, Breaker.RETRIES)),
              Stream.concat(
                  Arrays.stream(Outlier.values()).flatMap(ClusterCells::outlierMetrics),
                  TrackedCells.metrics()))
          .toList();

  private static long total(AtomicLongArray counts) {
    return IntStream.range(0, counts.length()).mapToLong(counts::get).sum();
  }

  private static Stream<Metric<ClusterCells>> outlierMetrics(Outlier kind) {
    String name = kind.name().toLowerCase(Locale.ROOT);
    return Stream.of(
        new Count<>(
            "outlier_detection.ejections_detected_" + name, c -> c.outliers.get(kind.ordinal())),
        new Count<>(
            "outlier_detection.ejections_enforced_" + name, c -> c.ejections.get(kind.ordinal())));
  }

  /** Its load since the beginning; what the proxy answered instead counts as errors. */
  ClusterLoad load() {
    long failed = statuses.classes()[5];
    return new ClusterLoad(
        completed.sum() - failed, failed, active.sum(), requests.sum(), time.countsByMillis());
  }

  private static LongAdder[] adders(int number) {
    return Stream.generate(LongAdder::new).limit(number).toArray(LongAdder[]::new);
  }

  private static Metric<ClusterCells> check(String name, HealthCheck what) {
    return new Count<>("health_check." + name, c -> c.checks[what.ordinal()].sum());
  }

  private static Metric<ClusterCells> breaker(Priority priority, Breaker breaker) {
    String which =
        switch (breaker) {
          case CONNECTIONS -> "cx_open";
          case PENDING -> "rq_pending_open";
          case REQUESTS -> "rq_open";
          case RETRIES -> "rq_retry_open";
        };
    int bit = bit(priority, breaker);
    return new Level<>(
        "circuit_breakers." + (priority == Priority.HIGH ? "high." : "default.") + which,
        c -> (c.openBreakers.get() & bit) == 0 ? 0 : 1);
  }

  private static Metric<ClusterCells> left(Priority priority, Breaker breaker) {
    String which =
        switch (breaker) {
          case CONNECTIONS -> "remaining_cx";
          case PENDING -> "remaining_pending";
          case REQUESTS -> "remaining_rq";
          case RETRIES -> "remaining_retries";
        };
    return new Wanted<>(
        "circuit_breakers." + (priority == Priority.HIGH ? "high." : "default.") + which,
        c -> {
          ToIntFunction<Breaker> left = priority == Priority.HIGH ? c.highLeft : c.left;
          return left == null ? -1 : left.applyAsInt(breaker);
        });
  }

  private static int bit(Priority priority, Breaker breaker) {
    return 1 << (priority.ordinal() * Breaker.values().length + breaker.ordinal());
  }

  @Override
  public void requestStarted() {
    requests.increment();
    active.increment();
  }

  @Override
  public void requestEnded() {
    active.decrement();
  }

  @Override
  public void answered(int status) {
    completed.increment();
    statuses.count(status);
  }

  @Override
  public void answeredSomehow() {
    completed.increment();
  }

  @Override
  public void took(long nanos) {
    time.record(nanos);
  }

  @Override
  public void measured(Measured what, long value) {
    TrackedCells cells = tracked;
    (cells == null ? firstTracked() : cells).record(what, value);
  }

  private synchronized TrackedCells firstTracked() {
    TrackedCells cells = tracked;
    if (cells == null) {
      cells = new TrackedCells();
      tracked = cells;
    }
    return cells;
  }

  /** Null as long as none is measured. */
  @Nullable Histogram tracked(Measured what) {
    TrackedCells cells = tracked;
    return cells == null ? null : cells.of(what);
  }

  @Override
  public void retry() {
    retries.increment();
  }

  @Override
  public void retrySucceeded() {
    retrySuccess.increment();
  }

  @Override
  public void left(Priority priority, @Nullable ToIntFunction<Breaker> asked) {
    if (priority == Priority.HIGH) {
      highLeft = asked;
    } else {
      left = asked;
    }
  }

  @Override
  public void bindFailed() {
    bindErrors.increment();
  }

  @Override
  public void connectionTooOld() {
    connectionsTooOld.increment();
  }

  @Override
  public void streamTooLong() {
    streamsTooLong.increment();
  }

  @Override
  public void retryOverflow() {
    retryOverflow.increment();
  }

  @Override
  public void retryLimitExceeded() {
    retryLimit.increment();
  }

  @Override
  public void redirect(boolean followed) {
    (followed ? redirectsFollowed : redirectsPassed).increment();
  }

  @Override
  public void timeout() {
    timeouts.increment();
  }

  @Override
  public void perTryTimeout() {
    perTryTimeouts.increment();
  }

  @Override
  public void perTryIdleTimeout() {
    perTryIdleTimeouts.increment();
  }

  @Override
  public void pendingOverflow() {
    pendingOverflow.increment();
  }

  @Override
  public void pending(boolean waits) {
    if (waits) {
      pendingTotal.increment();
      pendingActive.increment();
    } else {
      pendingActive.decrement();
    }
  }

  @Override
  public void connectAttemptsExceeded() {
    attemptsExceeded.increment();
  }

  @Override
  public void pendingCancelled() {
    pendingCancelled.increment();
  }

  @Override
  public void pendingFailed() {
    pendingFailed.increment();
  }

  @Override
  public void receivedReset() {
    rxReset.increment();
  }

  @Override
  public void sentReset() {
    txReset.increment();
  }

  @Override
  public void noneHealthy() {
    noneHealthy.increment();
  }

  @Override
  public void connectionOpened() {
    connections.increment();
    connectionsActive.increment();
  }

  @Override
  public void connectionTried() {
    connections.increment();
  }

  @Override
  public void connectionClosed() {
    connectionsDestroyed.increment();
    connectionsActive.decrement();
  }

  @Override
  public void connectFailed(boolean timeout) {
    connectFail.increment();
    if (timeout) {
      connectTimeout.increment();
    }
  }

  @Override
  public void pingUnanswered() {
    pingsUnanswered.increment();
  }

  @Override
  public void connectionOverflow() {
    connectionOverflow.increment();
  }

  @Override
  public void outlier(Outlier kind) {
    outliers.incrementAndGet(kind.ordinal());
  }

  @Override
  public void ejected(Outlier kind) {
    ejections.incrementAndGet(kind.ordinal());
  }

  @Override
  public void ejectionOverflow() {
    ejectionOverflow.increment();
  }

  @Override
  public void healthCheck(HealthCheck what) {
    checks[what.ordinal()].increment();
  }

  @Override
  public void checkedEndpoints(int healthy, int degraded) {
    checked = new Checked(healthy, degraded);
  }

  @Override
  public void membership(int total, int healthy, int degraded, int excluded, int ejected) {
    members = new Members(total, healthy, degraded, excluded, ejected);
  }

  @Override
  public void breaker(Priority priority, Breaker breaker, boolean open) {
    int bit = bit(priority, breaker);
    openBreakers.updateAndGet(bits -> open ? bits | bit : bits & ~bit);
  }
}
