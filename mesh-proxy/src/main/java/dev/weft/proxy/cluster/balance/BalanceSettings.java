package dev.weft.proxy.cluster.balance;

import java.util.function.IntSupplier;

/**
 * What pickers of a cluster are built by, besides its policy.
 *
 * @param overprovisioning percent, 140 by default
 * @param panicThreshold percent; 0 never panics
 * @param weightedHealth whether priorities are as healthy as the weights of their endpoints say
 * @param active requests in flight to all of the cluster
 * @param now of {@link System#nanoTime}, for endpoints that start slowly
 */
public record BalanceSettings(
    int overprovisioning,
    int panicThreshold,
    boolean weightedHealth,
    LocalView view,
    IntSupplier active,
    long now) {
  /** Envoy's defaults with this threshold. */
  public static BalanceSettings of(int overprovisioning, int panicThreshold) {
    return new BalanceSettings(
        overprovisioning, panicThreshold, false, LocalView.NONE, () -> 0, System.nanoTime());
  }
}
