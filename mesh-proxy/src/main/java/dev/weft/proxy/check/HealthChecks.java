package dev.weft.proxy.check;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.loop.Workers;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.HealthCheck;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps up the health checks of all clusters of the Runtime in force: one for each endpoint, spread
 * over the event loops.
 */
public final class HealthChecks implements AutoCloseable {
  private final Workers workers;
  private final Executor background;
  private final EventLogs logs;
  private final Map<ActiveEndpoint, EndpointCheck> running = new HashMap<>();
  private int turn;
  private boolean closed;

  /**
   * @param background the thread that publishes Runtimes
   * @param logs where events are written
   */
  public HealthChecks(Workers workers, Executor background, EventLogs logs) {
    this.workers = workers;
    this.background = background;
    this.logs = logs;
  }

  /**
   * Opens the files that checks of these clusters write to, before anything depends on them.
   *
   * @throws IllegalArgumentException naming one that cannot be opened
   */
  public void openLogs(Collection<Cluster> clusters) {
    for (Cluster cluster : clusters) {
      HealthCheck check = cluster.healthCheck();
      if (check != null && check.log() != null) {
        check.log().files().forEach(logs::open);
      }
    }
  }

  /**
   * These clusters are in force from now on: checks of what is new begin, those of what has not
   * changed go on, all others end.
   */
  public synchronized void activate(Collection<ActiveCluster> clusters) {
    if (closed) {
      return;
    }
    Map<ActiveEndpoint, EndpointCheck> before = new HashMap<>(running);
    running.clear();
    for (ActiveCluster cluster : clusters) {
      if (cluster.config().healthCheck() == null && before.isEmpty()) {
        continue; // with its tens of thousands of endpoints
      }
      for (Member<ActiveEndpoint> member : cluster.members()) {
        ActiveEndpoint endpoint = member.endpoint();
        EndpointCheck now =
            follow(cluster, member, CheckTarget.of(cluster, endpoint), before.remove(endpoint));
        if (now != null) {
          running.put(endpoint, now);
        }
      }
    }
    before.forEach(HealthChecks::end);
  }

  private @Nullable EndpointCheck follow(
      ActiveCluster cluster,
      Member<ActiveEndpoint> member,
      @Nullable CheckTarget target,
      @Nullable EndpointCheck before) {
    ActiveEndpoint endpoint = member.endpoint();
    if (before != null) {
      if (target != null && before.isFor(target)) {
        before.describe(member);
        return before;
      }
      before.stop();
      if (target == null) {
        endpoint.checkedBy(null);
        endpoint.checks().end();
        cluster.refresh(); // it may be picked again
        return null;
      }
    }
    if (target == null) {
      return null;
    }
    if (before != null || !endpoint.failing()) {
      endpoint.checks().beginAgain();
    }
    List<Worker> all = workers.all();
    turn = (turn + 1) % all.size();
    EndpointCheck check =
        new EndpointCheck(
            target,
            cluster,
            member,
            all.get(turn),
            EventWriter.of(target.config(), cluster.name(), logs),
            this::onFailing);
    check.start();
    return check;
  }

  private static void end(ActiveEndpoint endpoint, EndpointCheck check) {
    check.stop();
    endpoint.checkedBy(null);
  }

  /** Done once each check that runs now has an outcome. */
  public synchronized CompletableFuture<Void> firstRound() {
    return CompletableFuture.allOf(
        running.values().stream().map(EndpointCheck::first).toArray(CompletableFuture<?>[]::new));
  }

  private void onFailing(ActiveCluster cluster, ActiveEndpoint endpoint) {
    background.execute(() -> leave(cluster, endpoint));
  }

  /**
   * Connections to an endpoint that fails are not used again, and it may be time for it to go.
   * Comes after the pickers of its cluster were built anew: nobody opens another one.
   */
  private synchronized void leave(ActiveCluster cluster, ActiveEndpoint endpoint) {
    if (closed) {
      return;
    }
    cluster.abandon(endpoint);
    if (!cluster.letGo(endpoint)) {
      return;
    }
    EndpointCheck check = running.remove(endpoint);
    if (check != null) {
      end(endpoint, check);
    }
    workers.retire(endpoint.targets().collect(Collectors.toUnmodifiableSet()));
  }

  /** All checks end. */
  @Override
  public synchronized void close() {
    closed = true;
    running.forEach(HealthChecks::end);
    running.clear();
  }
}
