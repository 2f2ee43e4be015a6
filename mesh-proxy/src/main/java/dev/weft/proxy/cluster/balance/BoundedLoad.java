package dev.weft.proxy.cluster.balance;

import java.util.Arrays;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.random.RandomGenerator;

/**
 * Consistent hashing with bounded loads (Mirrokni et al.): an endpoint with more in flight than its
 * part of the average, times a factor, passes requests on, to others in an order that their hash
 * says. Looking for one takes time by the count of endpoints, as in Envoy.
 */
final class BoundedLoad<C extends Candidate> implements Picker<C> {
  private final HashIndex index;
  private final List<C> hosts;
  private final double[] parts;
  private final int factor;
  private final IntSupplier active;

  /**
   * @param factor percent, at least 100
   * @param active requests in flight to all of the cluster
   */
  BoundedLoad(HashIndex index, WeightedHosts<C> weighted, int factor, IntSupplier active) {
    this.index = index;
    this.hosts = weighted.endpoints();
    this.parts = weighted.parts();
    this.factor = factor;
    this.active = active;
  }

  @Override
  public C pick(RandomGenerator random) {
    return pick(random, random.nextLong(), 0);
  }

  @Override
  public C pick(RandomGenerator random, long hash, int attempt) {
    int at = index.index(hash, attempt);
    C first = hosts.get(at);
    long slots = ((active.getAsInt() + 1L) * factor + 99) / 100;
    double load = overload(first, parts[at], slots);
    return load <= 1 ? first : another(first, load, hash, slots);
  }

  private C another(C first, double overload, long hash, long slots) {
    int n = hosts.size();
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    MersenneTwister seeded = new MersenneTwister((int) hash);
    C best = first;
    double least = overload;
    for (int i = 0; i < n; i++) {
      int j = i + seeded.below(n - i);
      int k = order[j];
      order[j] = order[i];
      order[i] = k;
      C other = hosts.get(k);
      if (other.equals(first)) {
        continue;
      }
      double load = overload(other, parts[k], slots);
      if (load <= 1) {
        return other;
      }
      if (load < least) {
        best = other;
        least = load;
      }
    }
    return best;
  }

  private double overload(C host, double part, long slots) {
    return host.activeRequests() / Math.max(1, Math.ceil(slots * part));
  }
}
