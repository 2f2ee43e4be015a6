package dev.weft.proxy.telemetry;

import dev.weft.proxy.telemetry.Metric.Count;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Counts of gRPC calls, by cluster, and by method where that is asked for. A name is here from its
 * first call until its cluster goes. Safe for use from any thread.
 */
public final class GrpcCounts {
  /** So many methods that only clients named have counts of their own, those of all clusters. */
  public static final int MOST_CALLED = 1000;

  /** A method whose name is longer has none. */
  public static final int LONGEST_CALLED = 256;

  /**
   * @param method null for the calls that are not counted by their methods
   */
  private record Key(String cluster, @Nullable GrpcMethod method) {
    String service() {
      return method == null ? "" : method.service();
    }

    String name() {
      return method == null ? "" : method.method();
    }

    String plain() {
      String prefix = "cluster." + cluster + ".grpc.";
      return method == null ? prefix : prefix + method.service() + "." + method.method() + ".";
    }

    String[] labels() {
      return method == null
          ? new String[] {"envoy_cluster_name", cluster}
          : new String[] {
            "envoy_grpc_bridge_method",
            method.method(),
            "envoy_grpc_bridge_service",
            method.service(),
            "envoy_cluster_name",
            cluster
          };
    }
  }

  private static final Comparator<Key> ORDER =
      Comparator.comparing(Key::cluster).thenComparing(Key::service).thenComparing(Key::name);

  private final Map<Key, GrpcCells> cells = new ConcurrentHashMap<>();

  /** How many of them only clients named. */
  private final AtomicInteger called = new AtomicInteger();

  /** The calls to a cluster that are not counted by their methods. */
  public GrpcStats of(String cluster) {
    return get(new Key(cluster, null));
  }

  /** The calls to a cluster of a method that the configuration names. */
  public GrpcStats ofListed(String cluster, GrpcMethod method) {
    return get(new Key(cluster, method));
  }

  private GrpcStats get(Key key) {
    GrpcCells known = cells.get(key);
    return known == null ? cells.computeIfAbsent(key, k -> new GrpcCells(false)) : known;
  }

  /**
   * The calls to a cluster of a method that a client names: those that are not counted by their
   * methods if there are {@link #MOST_CALLED} already, or its name is too long.
   */
  public GrpcStats ofCalled(String cluster, GrpcMethod method) {
    Key key = new Key(cluster, method);
    GrpcCells known = cells.get(key);
    if (known != null) {
      return known;
    }
    if (method.length() > LONGEST_CALLED || !reserve()) {
      return of(cluster);
    }
    GrpcCells fresh = new GrpcCells(true);
    GrpcCells sooner = cells.putIfAbsent(key, fresh);
    if (sooner != null) {
      called.decrementAndGet();
      return sooner;
    }
    return fresh;
  }

  private boolean reserve() {
    if (called.get() >= MOST_CALLED) {
      return false;
    }
    if (called.incrementAndGet() > MOST_CALLED) {
      called.decrementAndGet();
      return false;
    }
    return true;
  }

  /**
   * Forgets the counts of all other clusters, and those of methods that were listed once.
   *
   * @param listed every method that the configuration names
   */
  void retain(Set<String> clusters, Set<GrpcMethod> listed) {
    cells
        .entrySet()
        .removeIf(
            entry -> {
              GrpcMethod method = entry.getKey().method();
              boolean byClient = entry.getValue().called;
              boolean keep =
                  clusters.contains(entry.getKey().cluster())
                      && (byClient || method == null || listed.contains(method));
              if (!keep && byClient) {
                called.decrementAndGet();
              }
              return !keep;
            });
  }

  private Map<Key, GrpcCells> sorted() {
    Map<Key, GrpcCells> sorted = new TreeMap<>(ORDER);
    sorted.putAll(cells);
    return sorted;
  }

  void writePrometheus(PrometheusText out) {
    Map<Key, GrpcCells> sorted = sorted();
    for (Count<GrpcCells> metric : GrpcCells.METRICS) {
      String name = "envoy_cluster_grpc_" + metric.name();
      boolean begun = false;
      for (Map.Entry<Key, GrpcCells> entry : sorted.entrySet()) {
        long value = metric.value().applyAsLong(entry.getValue());
        if (value > 0) {
          if (!begun) {
            out.type(name, "counter");
            begun = true;
          }
          out.sample(
              plain(out, entry.getKey(), metric.name()),
              name,
              Long.toString(value),
              entry.getKey().labels());
        }
      }
    }
    writeTimes(sorted, out);
  }

  private static String plain(PrometheusText out, Key key, String metric) {
    return out.wantsPlain() ? key.plain() + metric : "";
  }

  private static void writeTimes(Map<Key, GrpcCells> sorted, PrometheusText out) {
    String name = "envoy_cluster_grpc_upstream_rq_time";
    boolean begun = false;
    for (Map.Entry<Key, GrpcCells> entry : sorted.entrySet()) {
      Histogram time = entry.getValue().time();
      if (time != null) {
        if (!begun) {
          out.type(name, "histogram");
          begun = true;
        }
        out.histogram(
            plain(out, entry.getKey(), "upstream_rq_time"), name, time, entry.getKey().labels());
      }
    }
  }

  /** What was counted, by Envoy's plain names, a line each; what never happened has none. */
  public List<String> plain() {
    List<String> lines = new ArrayList<>();
    sorted()
        .forEach(
            (key, c) -> {
              for (Count<GrpcCells> metric : GrpcCells.METRICS) {
                long value = metric.value().applyAsLong(c);
                if (value > 0) {
                  lines.add(key.plain() + metric.name() + ": " + value);
                }
              }
              Histogram time = c.time();
              if (time != null) {
                String name = key.plain() + "upstream_rq_time";
                lines.add(name + ".count: " + time.total());
                lines.add(name + ".sum_ms: " + Math.round(time.sum()));
              }
            });
    return lines;
  }

  void writePlain(StringBuilder out) {
    plain().forEach(line -> out.append(line).append('\n'));
  }
}
