package dev.weft.proxy.cluster.balance;

import java.util.List;
import java.util.random.RandomGenerator;

/** Any endpoint, in proportion to its weight. */
final class RandomPicker<C extends Candidate> implements Picker<C> {
  private final List<C> endpoints;
  private final WeightedIndex index;

  RandomPicker(List<C> endpoints, WeightedIndex index) {
    this.endpoints = endpoints;
    this.index = index;
  }

  @Override
  public C pick(RandomGenerator random) {
    return endpoints.get(index.draw(random));
  }
}
