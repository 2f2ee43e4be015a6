package dev.weft.proxy.cluster.health;

import dev.weft.proxy.telemetry.ClusterStats.Outlier;
import dev.weft.xds.model.OutlierEvent.Evidence;

/** Hears what an outlier detector does, in the thread that had it do so. */
public interface EjectionListener {
  /** Nobody hears of it. */
  EjectionListener NONE =
      new EjectionListener() {
        @Override
        public void onFound(
            EndpointHealth endpoint,
            Outlier kind,
            Evidence evidence,
            boolean enforced,
            long nowNanos) {}

        @Override
        public void onReadmitted(EndpointHealth endpoint, long nowNanos) {}
      };

  /**
   * An endpoint was found that there was room to eject.
   *
   * @param enforced whether it is out now
   */
  void onFound(
      EndpointHealth endpoint, Outlier kind, Evidence evidence, boolean enforced, long nowNanos);

  /** An endpoint is back. */
  void onReadmitted(EndpointHealth endpoint, long nowNanos);
}
