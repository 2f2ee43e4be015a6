package dev.weft.proxy.check;

import dev.weft.proxy.check.CheckEvents.Seen;
import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.health.CheckSchedule;
import dev.weft.proxy.cluster.health.CheckedHealth.Change;
import dev.weft.proxy.cluster.health.CheckedHealth.Outcome;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.upstream.TcpConnector;
import dev.weft.proxy.upstream.UpstreamPool;
import dev.weft.xds.model.HealthCheck;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Checks one endpoint again and again, one check at a time, on one event loop. What checks show is
 * kept by the endpoint, which outlives this.
 */
final class EndpointCheck {
  private final CheckTarget target;
  private final ActiveCluster cluster;
  private final ActiveEndpoint endpoint;

  /** Null where nothing is written of outcomes. */
  private final @Nullable EventWriter events;

  private final Worker worker;
  private final CheckSchedule schedule;
  private final Consequences consequences;
  private final UpstreamPool pool;
  private final Probe probe;
  private final CompletableFuture<Void> first = new CompletableFuture<>();

  /** What is said of the endpoint, which may change while it is checked. */
  private volatile Member<ActiveEndpoint> described;

  /** Of the next check, or of the time that the one under way may take. */
  private @Nullable Future<?> timer;

  private volatile boolean stopped;

  /** What follows from outcomes. */
  interface Consequences {
    /** A check has taken the endpoint out of the balance. */
    void onFailing(ActiveCluster cluster, ActiveEndpoint endpoint);
  }

  EndpointCheck(
      CheckTarget target,
      ActiveCluster cluster,
      Member<ActiveEndpoint> member,
      Worker worker,
      @Nullable EventWriter events,
      Consequences consequences) {
    this.target = target;
    this.cluster = cluster;
    this.described = member;
    this.endpoint = member.endpoint();
    this.events = events;
    this.worker = worker;
    this.consequences = consequences;
    this.schedule = new CheckSchedule(target.config().intervals());
    this.pool =
        new UpstreamPool(
            worker.flushes(), worker.channels(), worker.descriptors(), worker.windows());
    this.probe = probe();
  }

  private Probe probe() {
    return switch (target.config().probe()) {
      case HealthCheck.Http http ->
          new HttpProbe(
              pool, target, http, cluster.stats(), endpoint.checks()::exclude, this::onOutcome);
      case HealthCheck.Grpc grpc -> new GrpcProbe(pool, target, grpc, this::onOutcome);
      case HealthCheck.Tcp tcp ->
          new TcpProbe(
              new TcpConnector(worker.loop(), worker.channels(), worker.descriptors()),
              target,
              tcp,
              this::onOutcome);
    };
  }

  /** Whether it goes on as it is where this is to be checked. */
  boolean isFor(CheckTarget wanted) {
    return target.equals(wanted);
  }

  /** What is said of the endpoint from now on. */
  void describe(Member<ActiveEndpoint> member) {
    described = member;
  }

  /** Done once the first check is, or it is stopped. */
  CompletableFuture<Void> first() {
    return first;
  }

  /** Begins; from any thread. */
  void start() {
    endpoint.checkedBy(() -> worker.loop().execute(this::told));
    worker.loop().execute(() -> wait(schedule.first(worker.random()), this::check));
  }

  /** Ends; from any thread. Nothing it finds counts once this returns. */
  void stop() {
    synchronized (endpoint.checks()) {
      stopped = true;
    }
    first.complete(null);
    worker
        .loop()
        .execute(
            () -> {
              cancelTimer();
              probe.close();
              pool.drain();
            });
  }

  private void check() {
    if (stopped) {
      return;
    }
    count(ClusterStats.HealthCheck.ATTEMPT);
    wait(Math.max(1, target.config().timeout().toMillis()), this::late);
    probe.ask();
  }

  private void late() {
    probe.giveUp();
    onOutcome(Outcome.LATE);
  }

  private void onOutcome(Outcome outcome) {
    if (stopped) {
      return;
    }
    Change change = apply(outcome);
    wait(
        schedule.next(outcome.isSuccess(), change, cluster.connected(), worker.random()),
        this::check);
  }

  /**
   * An answer to somebody's request said that the endpoint is not well; checks go on as planned.
   */
  private void told() {
    apply(Outcome.TOLD);
  }

  private Change apply(Outcome outcome) {
    Change change;
    boolean before;
    boolean after;
    Seen known;
    Seen found;
    synchronized (endpoint.checks()) {
      if (stopped) {
        return Change.NONE;
      }
      before = endpoint.failing();
      known = Seen.of(endpoint.checks());
      change = endpoint.checks().on(outcome, target.config());
      found = Seen.of(endpoint.checks());
      after = endpoint.failing();
    }
    count(outcome);
    if (events != null) {
      boolean answered = outcome == Outcome.FAILED || outcome == Outcome.RETRIABLE;
      events.write(described, outcome, answered ? probe.status() : 0, known, found);
    }
    if (before && !after) {
      endpoint.returned();
    }
    cluster.onChecked(endpoint, change, outcome.isSuccess());
    if (!before && after) {
      consequences.onFailing(cluster, endpoint);
    }
    first.complete(null);
    return change;
  }

  private void count(Outcome outcome) {
    if (outcome.isSuccess()) {
      count(ClusterStats.HealthCheck.SUCCESS);
      return;
    }
    count(ClusterStats.HealthCheck.FAILURE);
    if (outcome.isOfNetwork()) {
      count(ClusterStats.HealthCheck.NETWORK_FAILURE);
    } else if (outcome == Outcome.TOLD) {
      count(ClusterStats.HealthCheck.PASSIVE_FAILURE);
    }
  }

  private void count(ClusterStats.HealthCheck what) {
    cluster.stats().healthCheck(what);
  }

  private void wait(long millis, Runnable then) {
    cancelTimer();
    if (millis == 0) {
      then.run();
    } else {
      timer = worker.loop().schedule(then, millis, TimeUnit.MILLISECONDS);
    }
  }

  private void cancelTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
