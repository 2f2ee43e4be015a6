package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.LbPolicy.ZoneAware;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * To endpoints in the proxy's own locality, as long as its peers elsewhere get their part of the
 * cluster too; Envoy's zone-aware routing.
 */
final class ZonePicker<C extends Candidate> implements Picker<C> {
  private static final int WHOLE = 10_000;

  private final Picker<C> anywhere;
  private final List<Picker<C>> localities;
  private final int enabled;

  /** Of ten thousand requests; all where the own locality has room for all its peers' requests. */
  private final int direct;

  /** Sums of what each locality has beyond its own peers' part. */
  private final long[] residual;

  private ZonePicker(
      Picker<C> anywhere, List<Picker<C>> localities, int enabled, int direct, long[] residual) {
    this.anywhere = anywhere;
    this.localities = localities;
    this.enabled = enabled;
    this.direct = direct;
    this.residual = residual;
  }

  /**
   * A picker by zone; {@code anywhere} itself where zones do not count.
   *
   * @param fit healthy members, the proxy's own locality first
   */
  static <C extends Candidate> Picker<C> build(
      ZoneAware policy,
      LocalView view,
      Localities<C> fit,
      Picker<C> anywhere,
      List<Picker<C>> localities) {
    long healthy = 0;
    for (int i = 0; i < fit.size(); i++) {
      healthy += fit.members(i).size();
    }
    Locality own = view.own();
    Map<Locality, Integer> peers = view.peers();
    long allPeers = peers.values().stream().mapToLong(Integer::longValue).sum();
    if (own == null
        || allPeers == 0
        || healthy == 0
        || fit.size() < 2
        || !fit.name(0).equals(own)
        || !peers.containsKey(own)
        || healthy < policy.minClusterSize()) {
      return anywhere;
    }
    int n = fit.size();
    long[] here = new long[n];
    long[] there = new long[n];
    for (int i = 0; i < n; i++) {
      here[i] = WHOLE * (long) peers.getOrDefault(fit.name(i), 0) / allPeers;
      there[i] = WHOLE * (long) fit.members(i).size() / healthy;
    }
    boolean all = there[0] > 0 && (there[0] >= here[0] || policy.forceLocalityDirect());
    int direct = all ? WHOLE : there[0] > 0 ? (int) (there[0] * WHOLE / here[0]) : 0;
    long[] residual = new long[n];
    for (int i = 1; i < n; i++) {
      residual[i] = residual[i - 1] + Math.max(0, there[i] - here[i]);
    }
    return new ZonePicker<>(anywhere, localities, policy.routingEnabled(), direct, residual);
  }

  @Override
  public @Nullable C pick(RandomGenerator random) {
    if (enabled < 100 && random.nextInt(100) >= enabled) {
      return anywhere.pick(random);
    }
    if (direct == WHOLE || random.nextInt(WHOLE) < direct) {
      return localities.getFirst().pick(random);
    }
    long room = residual[residual.length - 1];
    if (room == 0) {
      return anywhere.pick(random); // by roundings only
    }
    long draw = random.nextLong(room);
    int i = 1;
    while (draw >= residual[i]) {
      i++;
    }
    return localities.get(i).pick(random);
  }
}
