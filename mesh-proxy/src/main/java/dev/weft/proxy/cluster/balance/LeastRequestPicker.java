package dev.weft.proxy.cluster.balance;

import java.util.List;
import java.util.random.RandomGenerator;

/** The least busy of a few endpoints drawn at random, or of all; weights being equal. */
final class LeastRequestPicker<C extends Candidate> implements Picker<C> {
  private final List<C> endpoints;
  private final int choices;
  private final boolean scan;

  LeastRequestPicker(List<C> endpoints, int choices, boolean scan) {
    this.endpoints = endpoints;
    this.choices = Math.max(2, choices);
    this.scan = scan;
  }

  @Override
  public C pick(RandomGenerator random) {
    return scan ? ofAll(random) : ofSome(random);
  }

  private C ofSome(RandomGenerator random) {
    C best = endpoints.get(random.nextInt(endpoints.size()));
    int least = best.activeRequests();
    for (int i = 1; i < choices; i++) {
      C other = endpoints.get(random.nextInt(endpoints.size()));
      int active = other.activeRequests();
      if (active < least) {
        best = other;
        least = active;
      }
    }
    return best;
  }

  /** Any of those that have the least. */
  private C ofAll(RandomGenerator random) {
    C best = endpoints.getFirst();
    int least = best.activeRequests();
    int same = 1;
    for (int i = 1; i < endpoints.size(); i++) {
      C other = endpoints.get(i);
      int active = other.activeRequests();
      if (active < least) {
        best = other;
        least = active;
        same = 1;
      } else if (active == least && random.nextInt(++same) == 0) {
        best = other;
      }
    }
    return best;
  }
}
