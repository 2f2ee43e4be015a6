package dev.weft.proxy.filter.breaker;

import dev.weft.proxy.telemetry.Telemetry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The breakers of a proxy, by cluster and method. They outlive configurations, and go with their
 * cluster. From any thread.
 */
public final class Breakers {
  /** So many methods have breakers of their own, those of all clusters; others share one. */
  public static final int MOST = 1000;

  /** A method with a longer name has none of its own. */
  public static final int LONGEST = 256;

  private static final long SWEEP_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Map<String, ClusterBreakers> clusters = new ConcurrentHashMap<>();
  private final AtomicInteger methods = new AtomicInteger();
  private final AtomicLong swept = new AtomicLong(System.nanoTime() - SWEEP_NANOS);
  private final AtomicLong keptBytes = new AtomicLong();

  /**
   * One of them.
   *
   * @param method a gRPC path, or a route's name, which may be empty; {@code *} for those that have
   *     none of their own
   */
  public record View(String cluster, String method, Breaker.Snapshot snapshot) {}

  ClusterBreakers of(String cluster) {
    ClusterBreakers known = clusters.get(cluster);
    return known != null
        ? known
        : clusters.computeIfAbsent(cluster, c -> new ClusterBreakers(c, keptBytes));
  }

  /** The breaker of a method; where there are too many, the one that others share. */
  MethodBreaker of(String cluster, String method, Telemetry telemetry, long now) {
    ClusterBreakers all = of(cluster);
    MethodBreaker known = all.known(method);
    if (known != null) {
      return known;
    }
    if (method.length() > LONGEST || method.equals(ClusterBreakers.OTHERS) || !reserve(now)) {
      return all.others(telemetry);
    }
    MethodBreaker added = all.add(method, telemetry);
    if (!added.claim()) {
      methods.decrementAndGet(); // somebody was sooner
    }
    return added;
  }

  private boolean reserve(long now) {
    while (true) {
      int there = methods.get();
      if (there < MOST) {
        if (methods.compareAndSet(there, there + 1)) {
          return true;
        }
      } else if (!sweep(now)) {
        return false;
      }
    }
  }

  /** Makes room, at most once a second: clients may name any number of methods. */
  private boolean sweep(long now) {
    long last = swept.get();
    if (now - last < SWEEP_NANOS || !swept.compareAndSet(last, now)) {
      return false;
    }
    int gone = 0;
    for (ClusterBreakers cluster : clusters.values()) {
      gone += cluster.sweep(now);
    }
    methods.addAndGet(-gone);
    return gone > 0;
  }

  /** Forgets all other clusters. */
  public void retain(Set<String> names) {
    clusters
        .entrySet()
        .removeIf(
            entry -> {
              boolean gone = !names.contains(entry.getKey());
              if (gone) {
                entry.getValue().kept().clear();
                for (MethodBreaker breaker : entry.getValue().all()) {
                  methods.addAndGet(breaker.own() ? -1 : 0);
                }
              }
              return gone;
            });
  }

  /** All there are, sorted. */
  public List<View> views(long now) {
    List<View> views = new ArrayList<>();
    for (ClusterBreakers cluster : clusters.values()) {
      for (MethodBreaker breaker : cluster.all()) {
        views.add(new View(breaker.cluster(), breaker.method(), breaker.snapshot(now)));
      }
    }
    views.sort(Comparator.comparing(View::cluster).thenComparing(View::method));
    return views;
  }

  /**
   * Holds breakers open or closed, or gives them back, closed.
   *
   * @param method null for all of the cluster, those to come too
   * @return false if there is no breaker of the method yet
   */
  public boolean control(String cluster, @Nullable String method, Breaker.Control by) {
    if (method == null) {
      of(cluster).control(by);
      return true;
    }
    ClusterBreakers all = clusters.get(cluster);
    MethodBreaker breaker = all == null ? null : all.known(method);
    if (breaker != null) {
      breaker.control(by);
    }
    return breaker != null;
  }
}
