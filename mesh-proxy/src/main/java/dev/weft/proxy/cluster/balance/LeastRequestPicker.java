package dev.weft.proxy.cluster.balance;

import java.util.List;
import java.util.random.RandomGenerator;

/** The least busy of a few endpoints drawn at random, in proportion to their weights. */
final class LeastRequestPicker<C extends Candidate> implements Picker<C> {
  private final List<C> endpoints;
  private final WeightedIndex index;
  private final int choices;

  LeastRequestPicker(List<C> endpoints, WeightedIndex index, int choices) {
    this.endpoints = endpoints;
    this.index = index;
    this.choices = Math.max(2, choices);
  }

  @Override
  public C pick(RandomGenerator random) {
    C best = endpoints.get(index.draw(random));
    int least = best.activeRequests();
    for (int i = 1; i < choices; i++) {
      C other = endpoints.get(index.draw(random));
      int active = other.activeRequests();
      if (active < least) {
        best = other;
        least = active;
      }
    }
    return best;
  }
}
