package dev.weft.proxy.filter.longstreams;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.EndpointShares;
import dev.weft.proxy.filter.longstreams.Rebalancing.Notice;
import dev.weft.xds.model.LongStreams.Rebalance;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

/**
 * The streams of one cluster that may be told to go elsewhere. What it decides, it decides on one
 * loop; each stream says on its own where it goes.
 */
final class Roster {
  /** Of more than so many streams so many are looked at. */
  static final int MOST = 10_000;

  /** How often endpoints are looked at in an interval. */
  private static final int LOOKS = 4;

  private final StreamRosters rosters;
  private final StreamRosters.Key key;
  private final EventLoop loop;
  private final long pauseNanos;
  private final Set<ListedStream> streams = ConcurrentHashMap.newKeySet();

  /** Of its loop, as all that follows. */
  private final Rebalancing rebalancing;

  private EndpointShares shares;
  private boolean looking;

  /**
   * @param loop where it decides
   */
  Roster(StreamRosters rosters, StreamRosters.Key key, ActiveCluster cluster, EventLoop loop) {
    this.rosters = rosters;
    this.key = key;
    this.loop = loop;
    Rebalance settings = key.settings();
    this.pauseNanos = settings.interval().toNanos() / LOOKS;
    this.shares = EndpointShares.of(cluster, null);
    this.rebalancing =
        new Rebalancing(settings.interval().toNanos(), settings.maxPercent(), shares.weights());
  }

  /** Begins to look after its streams. */
  void begin() {
    loop.schedule(this::tick, pauseNanos, TimeUnit.NANOSECONDS);
  }

  void add(ListedStream stream) {
    streams.add(stream);
  }

  void remove(ListedStream stream) {
    streams.remove(stream);
  }

  boolean isEmpty() {
    return streams.isEmpty();
  }

  private void tick() {
    if (rosters.drop(key)) {
      return;
    }
    begin();
    Iterator<ListedStream> any = streams.iterator();
    ActiveCluster cluster = any.hasNext() ? any.next().cluster(key.cluster()) : null;
    if (cluster == null || looking) {
      return;
    }
    shares = EndpointShares.of(cluster, shares);
    if (rebalancing.due(shares.weights(), System.nanoTime())) {
      look();
    }
  }

  /** Asks every stream on its loop. */
  private void look() {
    looking = true;
    List<ListedStream> all = new ArrayList<>();
    for (ListedStream stream : streams) {
      if (all.size() == MOST) {
        break;
      }
      all.add(stream);
    }
    Map<EventLoop, List<ListedStream>> byLoop =
        all.stream().collect(Collectors.groupingBy(ListedStream::loop));
    AtomicInteger unanswered = new AtomicInteger(byLoop.size());
    byLoop.forEach(
        (of, some) ->
            of.execute(
                () -> {
                  some.forEach(ListedStream::look);
                  if (unanswered.decrementAndGet() == 0) {
                    loop.execute(() -> tell(all));
                  }
                }));
    looking = !byLoop.isEmpty();
  }

  private void tell(List<ListedStream> all) {
    looking = false;
    for (Notice<ListedStream> notice :
        rebalancing.choose(all, System.nanoTime(), ThreadLocalRandom.current())) {
      notice.stream().tellAfter(notice.delayNanos());
    }
  }
}
