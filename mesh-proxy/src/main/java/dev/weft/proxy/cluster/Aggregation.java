package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.AggregateLoad;
import dev.weft.proxy.cluster.balance.Pickers;
import dev.weft.proxy.cluster.balance.TriedPriorities;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The clusters that one is made of, the preferred first. Whom load goes to follows their health.
 * Safe for use from any thread.
 */
public final class Aggregation {
  private final List<ActiveCluster> clusters;
  private final int panicThreshold;
  private volatile Load load;

  /** What load is shared by, and the pickers of the clusters that it was worked out from. */
  private record Load(List<Pickers<ActiveEndpoint>> of, AggregateLoad shares) {}

  /** Where a try goes: to some endpoints of a cluster. */
  public record Choice(ActiveCluster cluster, AggregateLoad.Level level) {}

  Aggregation(List<ActiveCluster> clusters, int panicThreshold) {
    this.clusters = List.copyOf(clusters);
    this.panicThreshold = panicThreshold;
    this.load = workOut();
  }

  List<ActiveCluster> clusters() {
    return clusters;
  }

  private Load workOut() {
    List<Pickers<ActiveEndpoint>> now = new ArrayList<>();
    for (ActiveCluster cluster : clusters) {
      now.add(cluster.pickers());
    }
    return new Load(now, AggregateLoad.of(now, panicThreshold));
  }

  /** Whether nothing has changed; pickers are built anew where something has. */
  @SuppressWarnings("ReferenceEquality")
  private boolean isCurrent(Load known) {
    for (int i = 0; i < clusters.size(); i++) {
      if (clusters.get(i).pickers() != known.of().get(i)) {
        return false;
      }
    }
    return true;
  }

  /** Chooses for a first try, by chance; null if nobody may be picked. */
  public @Nullable Choice choose(RandomGenerator random) {
    return choose(random, null);
  }

  /**
   * Chooses for a try, by chance; null if nobody may be picked.
   *
   * @param tried priorities to leave out; null for none
   */
  public @Nullable Choice choose(RandomGenerator random, @Nullable TriedPriorities tried) {
    Load known = load;
    if (!isCurrent(known)) {
      known = workOut();
      load = known;
    }
    AggregateLoad.Level level =
        tried == null
            ? known.shares().at(random.nextInt(100))
            : known.shares().another(tried, this::place, random);
    return level == null ? null : new Choice(clusters.get(level.cluster()), level);
  }

  private int place(String cluster) {
    for (int i = 0; i < clusters.size(); i++) {
      if (clusters.get(i).name().equals(cluster)) {
        return i;
      }
    }
    return -1;
  }

  /** Whether any of them places requests by their hashes. */
  boolean hashes() {
    for (int i = 0; i < clusters.size(); i++) {
      if (clusters.get(i).hashes()) {
        return true;
      }
    }
    return false;
  }
}
