package dev.weft.proxy.cluster.health;

import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.xds.model.Cluster.OutlierDetection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Ejects endpoints that fail several times in a row, and takes them back after a while ({@code
 * envoy.config.cluster.v3.OutlierDetection}). Results come from all loops; it has no clock and no
 * thread of its own.
 */
public final class OutlierDetector {
  private final OutlierDetection config;
  private final int members;
  private final ClusterStats stats;
  private final Object lock;
  private final Set<EndpointHealth> tracked = new LinkedHashSet<>();

  /**
   * A detector for the members of a cluster as they are now; ejections so far stay.
   *
   * @param lock the same for all detectors of a cluster
   */
  public OutlierDetector(
      OutlierDetection config, List<EndpointHealth> members, ClusterStats stats, Object lock) {
    this.config = config;
    this.members = members.size();
    this.stats = stats;
    this.lock = lock;
    synchronized (lock) {
      members.stream().filter(EndpointHealth::tracked).forEach(tracked::add);
    }
  }

  /**
   * An answer came.
   *
   * @return whether the endpoint was ejected for it, so that pickers must be built anew
   */
  public boolean onStatus(EndpointHealth endpoint, int status, long nowNanos) {
    if (config.splitExternalLocalOriginErrors()) {
      endpoint.localOrigin.reset();
    }
    if (status < 500) {
      endpoint.fiveXx.reset();
      endpoint.gateway.reset();
      return false;
    }
    boolean gateway = status == 502 || status == 503 || status == 504;
    if (!gateway) {
      endpoint.gateway.reset();
    }
    return onFailure(endpoint, gateway, nowNanos);
  }

  /**
   * There was no answer: no connection, a reset, or it took too long.
   *
   * @return whether the endpoint was ejected for it, so that pickers must be built anew
   */
  public boolean onNoAnswer(EndpointHealth endpoint, long nowNanos) {
    if (config.splitExternalLocalOriginErrors()) {
      return endpoint.localOrigin.fail(config.consecutiveLocalOriginFailure())
          && eject(endpoint, nowNanos);
    }
    return onFailure(endpoint, true, nowNanos);
  }

  /**
   * A health check found it well.
   *
   * @return whether that ended an ejection, so that pickers must be built anew
   */
  public boolean onWell(EndpointHealth endpoint) {
    if (!config.healthCheckReadmits()) {
      return false;
    }
    synchronized (lock) {
      boolean ejected = endpoint.ejected();
      if (ejected) {
        endpoint.readmit();
      }
      return ejected;
    }
  }

  private boolean onFailure(EndpointHealth endpoint, boolean gateway, long nowNanos) {
    boolean over = endpoint.fiveXx.fail(config.consecutive5xx());
    if (gateway) {
      over |= endpoint.gateway.fail(config.consecutiveGatewayFailure());
    }
    return over && eject(endpoint, nowNanos);
  }

  private boolean eject(EndpointHealth endpoint, long nowNanos) {
    synchronized (lock) {
      if (endpoint.ejected()) {
        return false;
      }
      // The one about to go counts.
      if ((ejectedCount() + 1) * 100L > (long) config.maxEjectionPercent() * members) {
        stats.ejectionOverflow();
        return false;
      }
      endpoint.eject(nowNanos);
      tracked.add(endpoint);
      stats.ejected();
      return true;
    }
  }

  private long ejectedCount() {
    return tracked.stream().filter(EndpointHealth::ejected).count();
  }

  /**
   * Takes back those whose time is over; to be called every {@link OutlierDetection#interval}.
   *
   * @return whether any came back, so that pickers must be built anew
   */
  public boolean tick(long nowNanos) {
    boolean changed = false;
    synchronized (lock) {
      for (EndpointHealth endpoint : List.copyOf(tracked)) {
        if (!endpoint.ejected()) {
          endpoint.forgive();
        } else if (nowNanos - endpoint.ejectedAtNanos() >= ejectionNanos(endpoint.times())) {
          endpoint.readmit();
          changed = true;
        }
        if (!endpoint.tracked()) {
          tracked.remove(endpoint);
        }
      }
    }
    return changed;
  }

  /** The base time for each ejection, up to the longest. */
  private long ejectionNanos(int times) {
    long base = config.baseEjectionTime().toNanos();
    long longest = Math.max(base, config.maxEjectionTime().toNanos());
    return base > longest / times ? longest : base * times;
  }
}
