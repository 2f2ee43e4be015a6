package dev.weft.proxy.cluster.balance;

import dev.weft.xds.model.Cluster;
import java.util.List;

/** Builds the picker of a load-balancing policy for a set of endpoints. */
public final class Balancer {
  private Balancer() {}

  /**
   * A picker over these endpoints; an empty list gives one that never picks.
   *
   * @param weights of the endpoints, each at least 1, in the same order
   */
  public static <C extends Candidate> Picker<C> build(
      Cluster.LbPolicy policy, List<C> endpoints, int[] weights) {
    if (endpoints.isEmpty()) {
      return random -> null;
    }
    if (endpoints.size() == 1) {
      C only = endpoints.getFirst();
      return random -> only;
    }
    return switch (policy) {
      case Cluster.RoundRobin() -> new RoundRobinPicker<>(endpoints, weights);
      case Cluster.LeastRequest(int choices) ->
          new LeastRequestPicker<>(endpoints, new WeightedIndex(weights), choices);
      case Cluster.Random() -> new RandomPicker<>(endpoints, new WeightedIndex(weights));
    };
  }
}
