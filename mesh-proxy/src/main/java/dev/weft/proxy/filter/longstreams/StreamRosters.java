package dev.weft.proxy.filter.longstreams;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.xds.model.LongStreams.Rebalance;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The streams that may be told to go elsewhere, by cluster, as long as it has one. It outlives
 * configurations: settings come with each stream. From any thread.
 */
public final class StreamRosters {
  /** What streams are balanced together. */
  record Key(String cluster, Rebalance settings) {}

  private final Map<Key, Roster> rosters = new ConcurrentHashMap<>();

  /**
   * A stream begins; on its loop.
   *
   * @param rebalanced counts those who were told
   * @return to be told of its end
   */
  ListedStream list(
      ActiveCluster cluster, Rebalance settings, FilterContext context, Counter rebalanced) {
    Key key = new Key(cluster.name(), settings);
    ListedStream stream = new ListedStream(context, this, key, rebalanced, System.nanoTime());
    rosters.compute(
        key,
        (same, known) -> {
          Roster roster = known == null ? begun(key, cluster, context) : known;
          roster.add(stream);
          return roster;
        });
    return stream;
  }

  private Roster begun(Key key, ActiveCluster cluster, FilterContext context) {
    Roster roster = new Roster(this, key, cluster, context.loop());
    roster.begin();
    return roster;
  }

  /** A stream has ended. */
  void leave(Key key, ListedStream stream) {
    Roster roster = rosters.get(key);
    if (roster != null) {
      roster.remove(stream);
    }
  }

  /** Lets a roster go that has no streams; false if it has some. */
  boolean drop(Key key) {
    return rosters.computeIfPresent(key, (same, roster) -> roster.isEmpty() ? null : roster)
        == null;
  }
}
