package dev.weft.proxy.cluster.balance;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * In proportion to weight / (requests in flight + 1)^bias, as Envoy where weights differ. Envoy
 * keeps a queue in that order on each thread; here, where all loops share a picker, some endpoints
 * are drawn by weight and one of them by what it has in flight.
 */
final class WeightedLeastRequestPicker<C extends Candidate> implements Picker<C> {
  private static final int DRAWN = 8;

  private final List<C> endpoints;
  private final WeightedIndex index;
  private final double bias;

  WeightedLeastRequestPicker(List<C> endpoints, WeightedIndex index, double bias) {
    this.endpoints = endpoints;
    this.index = index;
    this.bias = bias;
  }

  @Override
  public C pick(RandomGenerator random) {
    C chosen = endpoints.get(index.draw(random));
    if (bias == 0) {
      return chosen;
    }
    double sum = share(chosen);
    for (int i = 1; i < DRAWN; i++) {
      C other = endpoints.get(index.draw(random));
      double share = share(other);
      sum += share;
      if (random.nextDouble() * sum < share) {
        chosen = other;
      }
    }
    return chosen;
  }

  private double share(C endpoint) {
    int active = endpoint.activeRequests() + 1;
    return bias == 1 ? 1.0 / active : Math.pow(active, -bias);
  }
}
