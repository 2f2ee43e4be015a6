package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.health.EjectionListener;
import dev.weft.proxy.cluster.health.EndpointHealth;
import dev.weft.proxy.cluster.health.OutlierDetector;
import dev.weft.proxy.telemetry.ClusterStats.Outlier;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.OutlierEvent;
import dev.weft.xds.model.OutlierEvent.Evidence;
import dev.weft.xds.model.OutlierEvent.Reason;
import io.netty.util.NetUtil;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Outlier detection among the endpoints that a cluster has. What it does with them is written to a
 * log. From any thread.
 */
final class Outliers implements EjectionListener {
  private final String cluster;
  private final List<Member<ActiveEndpoint>> members;
  private final ClusterState state;
  private final EjectionLog log;
  private final OutlierDetector detector;

  /** Those whose ejections have not had all their consequences yet. */
  private final Queue<ActiveEndpoint> ejected = new ConcurrentLinkedQueue<>();

  /** How often endpoints are compared. */
  private final long intervalNanos;

  private Outliers(
      String cluster,
      OutlierDetection detection,
      List<Member<ActiveEndpoint>> members,
      ClusterState state,
      EjectionLog log) {
    this.cluster = cluster;
    this.members = members;
    this.state = state;
    this.log = log;
    // A tick may come a moment early.
    this.intervalNanos = detection.interval().toNanos() / 10 * 9;
    this.detector =
        new OutlierDetector(
            detection,
            members.stream().map(member -> member.endpoint().health()).toList(),
            state.stats(),
            state.ejections(),
            bound -> ThreadLocalRandom.current().nextLong(bound),
            this);
  }

  /** Null where nobody is ejected. */
  static @Nullable Outliers of(
      Cluster config, List<Member<ActiveEndpoint>> members, ClusterState state, EjectionLog log) {
    OutlierDetection detection = config.outlierDetection();
    return detection == null ? null : new Outliers(config.name(), detection, members, state, log);
  }

  /** A request has a connection to an endpoint. */
  void onConnected(ActiveEndpoint endpoint) {
    detector.onConnected(endpoint.health());
  }

  /** A connection that is relayed was opened to an endpoint. */
  void onRelay(ActiveEndpoint endpoint) {
    detector.onRelay(endpoint.health());
  }

  /** An endpoint answered with this status; whether it was ejected for it. */
  boolean onStatus(ActiveEndpoint endpoint, int status) {
    return detector.onStatus(endpoint.health(), status, System.nanoTime());
  }

  /** An endpoint did not answer; whether it was ejected for it. */
  boolean onNoAnswer(ActiveEndpoint endpoint) {
    return detector.onNoAnswer(endpoint.health(), System.nanoTime());
  }

  /** An endpoint passed a health check; whether it came back for it. */
  boolean onWell(ActiveEndpoint endpoint) {
    return detector.onWell(endpoint.health(), System.nanoTime());
  }

  /** Compares endpoints if it is time to; whether any came back or was ejected. */
  boolean tick(long nowNanos) {
    return state.comparisonDue(nowNanos, intervalNanos) && detector.tick(nowNanos);
  }

  /** Gives those that were ejected, each once. */
  void takeEjected(Consumer<ActiveEndpoint> each) {
    for (ActiveEndpoint next = ejected.poll(); next != null; next = ejected.poll()) {
      each.accept(next);
    }
  }

  @Override
  public void onFound(
      EndpointHealth endpoint, Outlier kind, Evidence evidence, boolean enforced, long nowNanos) {
    if (!enforced && !log.isOn()) {
      return;
    }
    ActiveEndpoint found = known(endpoint);
    if (enforced && found != null) {
      ejected.add(found);
    }
    write(
        found,
        endpoint.sinceReadmitted(nowNanos),
        new OutlierEvent.Ejected(reason(kind), evidence, enforced));
  }

  @Override
  public void onReadmitted(EndpointHealth endpoint, long nowNanos) {
    write(known(endpoint), endpoint.sinceEjected(nowNanos), new OutlierEvent.Readmitted());
  }

  private void write(
      @Nullable ActiveEndpoint known, @Nullable Long sinceNanos, OutlierEvent.Action action) {
    if (known != null) {
      log.write(
          () ->
              new OutlierEvent(
                  cluster,
                  NetUtil.toSocketAddressString(known.address()),
                  Instant.now(),
                  sinceNanos == null ? null : Duration.ofNanos(sinceNanos),
                  known.health().ejections(),
                  action));
    }
  }

  /** Whose health it is; null if it has left. Ejections are rare enough to look for it. */
  private @Nullable ActiveEndpoint known(EndpointHealth health) {
    for (Member<ActiveEndpoint> member : members) {
      if (member.endpoint().health() == health) {
        return member.endpoint();
      }
    }
    return null;
  }

  private static Reason reason(Outlier kind) {
    return switch (kind) {
      case CONSECUTIVE_5XX -> Reason.CONSECUTIVE_5XX;
      case CONSECUTIVE_GATEWAY_FAILURE -> Reason.CONSECUTIVE_GATEWAY_FAILURE;
      case CONSECUTIVE_LOCAL_ORIGIN_FAILURE -> Reason.CONSECUTIVE_LOCAL_ORIGIN_FAILURE;
      case SUCCESS_RATE -> Reason.SUCCESS_RATE;
      case LOCAL_ORIGIN_SUCCESS_RATE -> Reason.SUCCESS_RATE_LOCAL_ORIGIN;
      case FAILURE_PERCENTAGE -> Reason.FAILURE_PERCENTAGE;
      case LOCAL_ORIGIN_FAILURE_PERCENTAGE -> Reason.FAILURE_PERCENTAGE_LOCAL_ORIGIN;
    };
  }
}
