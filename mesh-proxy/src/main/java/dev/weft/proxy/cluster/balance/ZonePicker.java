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
   * @param fit healthy members, the proxy's own locality first if it has any
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
    boolean known = fit.name(0).equals(own);
    long near = known ? there[0] : 0;
    boolean all = near > 0 && (near >= here[0] || policy.forceLocalityDirect());
    int direct = all ? WHOLE : near > 0 ? (int) (near * WHOLE / here[0]) : 0;
    long[] residual = new long[n];
    long sum = 0;
    for (int i = 0; i < n; i++) {
      sum += i == 0 && known ? 0 : Math.max(0, there[i] - here[i]);
      residual[i] = sum;
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
    int i = 0;
    while (draw >= residual[i]) {
      i++;
    }
    return localities.get(i).pick(random);
  }
}
