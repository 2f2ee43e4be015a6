package dev.weft.proxy.cluster;

import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.SubsetPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What of a cluster's policy matters beside picking.
 *
 * @param hashes whether requests are placed by their hashes
 * @param bounded whether what is in flight to the whole cluster counts
 * @param slowNanos for how long endpoints start slowly; 0 where they do not
 * @param reports says what counts of endpoints' reports; null where none do
 * @param decayNanos how fast latencies are forgotten; 0 where nobody asks for them
 */
record PolicyTraits(
    boolean hashes,
    boolean bounded,
    long slowNanos,
    LbPolicy.@Nullable ClientSideWeighted reports,
    long decayNanos) {

  static PolicyTraits of(LbPolicy policy) {
    LbPolicy.OfEndpoints within =
        switch (policy) {
          case LbPolicy.OfEndpoints whole -> whole;
          case SubsetPolicy subsets -> subsets.within();
        };
    return new PolicyTraits(
        within instanceof LbPolicy.RingHash || within instanceof LbPolicy.Maglev,
        within instanceof LbPolicy.RingHash ring && ring.keys().balanceFactor() > 0
            || within instanceof LbPolicy.Maglev maglev && maglev.keys().balanceFactor() > 0,
        slowStart(within),
        within instanceof LbPolicy.ClientSideWeighted weighted ? weighted : null,
        within instanceof LbPolicy.PeakEwma ewma ? ewma.decay().toNanos() : 0);
  }

  private static long slowStart(LbPolicy.OfEndpoints policy) {
    LbPolicy.SlowStart slowStart =
        switch (policy) {
          case LbPolicy.RoundRobin roundRobin -> roundRobin.slowStart();
          case LbPolicy.LeastRequest least -> least.slowStart();
          default -> null;
        };
    return slowStart == null ? 0 : slowStart.window().toNanos();
  }
}
