package dev.weft.proxy.cluster.balance;

import java.util.List;
import java.util.random.RandomGenerator;

/** The cheaper of two drawn endpoints, by their latencies and what is in flight to them. */
final class PeakEwmaPicker<C extends Candidate> implements Picker<C> {
  private final List<C> endpoints;
  private final WeightedIndex index;

  PeakEwmaPicker(List<C> endpoints, WeightedIndex index) {
    this.endpoints = endpoints;
    this.index = index;
  }

  @Override
  public C pick(RandomGenerator random) {
    C one = endpoints.get(index.draw(random));
    C other = endpoints.get(index.draw(random));
    return one.cost() <= other.cost() ? one : other;
  }
}
