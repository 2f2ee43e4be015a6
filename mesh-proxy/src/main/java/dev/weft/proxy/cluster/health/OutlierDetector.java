package dev.weft.proxy.cluster.health;

import dev.weft.proxy.cluster.health.Answers.Rate;
import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.telemetry.ClusterStats.Outlier;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.OutlierDetection.Consecutive;
import dev.weft.xds.model.OutlierDetection.FailurePercentage;
import dev.weft.xds.model.OutlierDetection.SuccessRate;
import dev.weft.xds.model.OutlierEvent.Evidence;
import dev.weft.xds.model.OutlierEvent.InARow;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongUnaryOperator;

/**
 * Takes endpoints out that fail several times in a row, more than others, or too often, and takes
 * them back after a while ({@code envoy.config.cluster.v3.OutlierDetection}). Results come from all
 * loops; it has no clock, no dice and no thread of its own.
 */
public final class OutlierDetector {
  private static final Evidence IN_A_ROW = new InARow();

  private final OutlierDetection config;
  private final List<EndpointHealth> members;
  private final ClusterStats stats;
  private final Ejections ejections;
  private final LongUnaryOperator dice;
  private final EjectionListener listener;

  /**
   * A detector for the members of a cluster as they are now; ejections so far stay.
   *
   * @param ejections the same for all detectors of a cluster
   * @param dice a number from 0 to below the one given; called by all loops
   */
  public OutlierDetector(
      OutlierDetection config,
      List<EndpointHealth> members,
      ClusterStats stats,
      Ejections ejections,
      LongUnaryOperator dice,
      EjectionListener listener) {
    this.config = config;
    this.members = members;
    this.stats = stats;
    this.ejections = ejections;
    this.dice = dice;
    this.listener = listener;
    ejections.recount(members);
  }

  /** A request has a connection to an endpoint; its answer is told apart. */
  public void onConnected(EndpointHealth endpoint) {
    if (config.splitExternalLocalOriginErrors()) {
      endpoint.local().succeeded();
      endpoint.localOrigin.reset();
    }
  }

  /** There is a connection to an endpoint, of which nothing more will be told. */
  public void onRelay(EndpointHealth endpoint) {
    if (config.splitExternalLocalOriginErrors()) {
      onConnected(endpoint);
    } else {
      onSuccess(endpoint);
    }
  }

  /**
   * An answer came.
   *
   * @return whether the endpoint was ejected for it, so that pickers must be built anew
   */
  public boolean onStatus(EndpointHealth endpoint, int status, long nowNanos) {
    if (status < 500) {
      onSuccess(endpoint);
      return false;
    }
    return onFailure(endpoint, status == 502 || status == 503 || status == 504, nowNanos);
  }

  private static void onSuccess(EndpointHealth endpoint) {
    endpoint.external().succeeded();
    endpoint.fiveXx.reset();
    endpoint.gateway.reset();
  }

  /**
   * There was no answer: no connection, a reset, or it took too long.
   *
   * @return whether the endpoint was ejected for it, so that pickers must be built anew
   */
  public boolean onNoAnswer(EndpointHealth endpoint, long nowNanos) {
    if (!config.splitExternalLocalOriginErrors()) {
      return onFailure(endpoint, true, nowNanos);
    }
    endpoint.local().failed();
    return onFailure(
        endpoint,
        endpoint.localOrigin,
        config.localOrigin(),
        Outlier.CONSECUTIVE_LOCAL_ORIGIN_FAILURE,
        nowNanos);
  }

  private boolean onFailure(EndpointHealth endpoint, boolean gateway, long nowNanos) {
    endpoint.external().failed();
    boolean ejected = false;
    if (gateway) {
      ejected =
          onFailure(
              endpoint,
              endpoint.gateway,
              config.gateway(),
              Outlier.CONSECUTIVE_GATEWAY_FAILURE,
              nowNanos);
    } else {
      endpoint.gateway.reset();
    }
    return onFailure(endpoint, endpoint.fiveXx, config.fiveXx(), Outlier.CONSECUTIVE_5XX, nowNanos)
        || ejected;
  }

  private boolean onFailure(
      EndpointHealth endpoint, Streak streak, Consecutive limit, Outlier kind, long nowNanos) {
    return streak.fail(limit.failures())
        && !endpoint.ejected()
        && found(endpoint, kind, IN_A_ROW, limit.enforcing(), nowNanos);
  }

  private boolean found(
      EndpointHealth endpoint, Outlier kind, Evidence evidence, int enforcing, long nowNanos) {
    stats.outlier(kind);
    boolean enforced = enforcing >= 100 || enforcing > 0 && dice.applyAsLong(100) < enforcing;
    return switch (ejections.eject(
        endpoint, members.size(), config.ejection(), enforced, jitter(enforced), nowNanos)) {
      case OUT -> {
        stats.ejected(kind);
        listener.onFound(endpoint, kind, evidence, true, nowNanos);
        yield true;
      }
      case TOO_MANY_OUT -> {
        stats.ejectionOverflow();
        yield false;
      }
      case SPARED -> {
        listener.onFound(endpoint, kind, evidence, false, nowNanos);
        yield false;
      }
      case OUT_BEFORE -> false;
    };
  }

  private long jitter(boolean enforced) {
    long most = config.ejection().jitter().toMillis();
    return enforced && most > 0 ? TimeUnit.MILLISECONDS.toNanos(dice.applyAsLong(most + 1)) : 0;
  }

  /**
   * Takes back those whose time is over, and compares what all answered since the last call; to be
   * called every {@link OutlierDetection#interval}, by one thread at a time.
   *
   * @return whether any came back or was ejected, so that pickers must be built anew
   */
  public boolean tick(long nowNanos) {
    ejections.recount(members);
    boolean changed = false;
    Rates external = new Rates();
    Rates local = new Rates();
    for (EndpointHealth member : members) {
      boolean known = member.ejected() || member.times() > 0;
      if (known && ejections.review(member, config.ejection(), nowNanos)) {
        listener.onReadmitted(member, nowNanos);
        changed = true;
      }
      Rate answers = member.takeExternal();
      Rate connections = member.takeLocal();
      if (member.ejected()) {
        continue;
      }
      if (answers != null) {
        external.add(member, answers);
      }
      if (connections != null) {
        local.add(member, connections);
      }
    }
    changed |= compare(external, false, nowNanos);
    changed |= compare(local, true, nowNanos);
    return changed;
  }

  private boolean compare(Rates rates, boolean local, long nowNanos) {
    SuccessRate success = config.successRate();
    FailurePercentage failures = config.failurePercentage();
    boolean changed = false;
    for (Rates.Found each : rates.belowOthers(success)) {
      changed |=
          found(
              each.endpoint(),
              local ? Outlier.LOCAL_ORIGIN_SUCCESS_RATE : Outlier.SUCCESS_RATE,
              each.evidence(),
              local ? success.enforcingLocalOrigin() : success.enforcing(),
              nowNanos);
    }
    for (Rates.Found each : rates.failing(failures)) {
      changed |=
          found(
              each.endpoint(),
              local ? Outlier.LOCAL_ORIGIN_FAILURE_PERCENTAGE : Outlier.FAILURE_PERCENTAGE,
              each.evidence(),
              local ? failures.enforcingLocalOrigin() : failures.enforcing(),
              nowNanos);
    }
    return changed;
  }

  /**
   * An endpoint passed a health check.
   *
   * @return whether it came back for it, so that pickers must be built anew
   */
  public boolean onWell(EndpointHealth endpoint, long nowNanos) {
    boolean back =
        config.healthCheckReadmits() && endpoint.ejected() && ejections.readmit(endpoint, nowNanos);
    if (back) {
      listener.onReadmitted(endpoint, nowNanos);
    }
    return back;
  }
}
