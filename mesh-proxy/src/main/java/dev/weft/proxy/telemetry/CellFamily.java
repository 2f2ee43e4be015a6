package dev.weft.proxy.telemetry;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Cells of one kind by their name, such as those of all clusters.
 *
 * @param <K> what tells them apart
 * @param <C> the cells
 */
final class CellFamily<K extends Comparable<K>, C> {
  private final Naming<K> naming;
  private final List<Metric<C>> metrics;
  private final Supplier<C> make;
  private final Map<K, C> cells = new ConcurrentHashMap<>();

  /**
   * What cells are called.
   *
   * @param plain before the metric's name: {@code cluster.NAME}
   * @param prometheus the same: {@code envoy_cluster}
   * @param labels that tell the cells apart in Prometheus, names and values in turn: {@code
   *     envoy_cluster_name}, {@code NAME}
   */
  record Naming<K>(Function<K, String> plain, String prometheus, Function<K, String[]> labels) {
    /** Of cells that a name tells apart. */
    static Naming<String> of(String prefix, String label) {
      return new Naming<>(
          name -> prefix + "." + name, "envoy_" + prefix, name -> new String[] {label, name});
    }
  }

  CellFamily(Naming<K> naming, List<Metric<C>> metrics, Supplier<C> make) {
    this.naming = naming;
    this.metrics = metrics;
    this.make = make;
  }

  /** The cells of this name, made if they are new. */
  C get(K name) {
    return cells.computeIfAbsent(name, n -> make.get());
  }

  /** Forgets all other cells. */
  void retain(Collection<K> names) {
    cells.keySet().retainAll(names);
  }

  /** What each cell says, by name. */
  <T> Map<K, T> map(Function<C, T> read) {
    Map<K, T> all = new TreeMap<>();
    cells.forEach((name, c) -> all.put(name, read.apply(c)));
    return all;
  }

  void writePrometheus(PrometheusText out) {
    Map<K, C> sorted = new TreeMap<>(cells);
    if (sorted.isEmpty()) {
      return;
    }
    for (Metric<C> metric : metrics) {
      String name = naming.prometheus() + "_" + metric.name().replace('.', '_');
      switch (metric) {
        case Metric.Count<C> count -> {
          out.type(name, "counter");
          sorted.forEach((key, c) -> sample(out, key, metric, name, count.value().applyAsLong(c)));
        }
        case Metric.Level<C> level -> {
          out.type(name, "gauge");
          sorted.forEach((key, c) -> sample(out, key, metric, name, level.value().applyAsLong(c)));
        }
        case Metric.Times<C> times -> {
          out.type(name, "histogram");
          sorted.forEach(
              (key, c) ->
                  out.histogram(
                      plain(out, key, metric, ""),
                      name,
                      times.value().apply(c),
                      naming.labels().apply(key)));
        }
        case Metric.Wanted<C> wanted -> writeWanted(out, sorted, wanted, name);
        case Metric.Sizes<C> sizes -> writeSizes(out, sorted, sizes, name);
        case Metric.Statuses<C> statuses -> writeStatuses(out, sorted, statuses, name);
      }
    }
  }

  private void sample(PrometheusText out, K key, Metric<C> metric, String name, long value) {
    out.sample(plain(out, key, metric, ""), name, Long.toString(value), naming.labels().apply(key));
  }

  private void writeWanted(
      PrometheusText out, Map<K, C> sorted, Metric.Wanted<C> wanted, String name) {
    boolean begun = false;
    for (Map.Entry<K, C> entry : sorted.entrySet()) {
      long value = wanted.value().applyAsLong(entry.getValue());
      if (value >= 0) {
        if (!begun) {
          out.type(name, "gauge");
          begun = true;
        }
        sample(out, entry.getKey(), wanted, name, value);
      }
    }
  }

  private void writeSizes(
      PrometheusText out, Map<K, C> sorted, Metric.Sizes<C> sizes, String name) {
    boolean begun = false;
    for (Map.Entry<K, C> entry : sorted.entrySet()) {
      Histogram histogram = sizes.value().apply(entry.getValue());
      if (histogram != null) {
        if (!begun) {
          out.type(name, "histogram");
          begun = true;
        }
        out.histogram(
            plain(out, entry.getKey(), sizes, ""),
            name,
            histogram,
            naming.labels().apply(entry.getKey()));
      }
    }
  }

  private void writeStatuses(
      PrometheusText out, Map<K, C> sorted, Metric.Statuses<C> statuses, String name) {
    out.type(name, "counter");
    sorted.forEach(
        (key, c) -> {
          StatusCounts counts = statuses.value().apply(c);
          counts
              .seen()
              .forEach(
                  status ->
                      out.sample(
                          plain(out, key, statuses, "_" + status),
                          name,
                          Long.toString(counts.of(status)),
                          labels("envoy_response_code", status, key)));
        });
    out.type(name + "_xx", "counter");
    sorted.forEach(
        (key, c) -> {
          long[] classes = statuses.value().apply(c).classes();
          for (int hundreds = 1; hundreds < classes.length; hundreds++) {
            out.sample(
                plain(out, key, statuses, "_" + hundreds + "xx"),
                name + "_xx",
                Long.toString(classes[hundreds]),
                labels("envoy_response_code_class", hundreds, key));
          }
        });
  }

  /** The name without labels, where it is wanted. */
  private String plain(PrometheusText out, K key, Metric<C> metric, String end) {
    return out.wantsPlain() ? naming.plain().apply(key) + "." + metric.name() + end : "";
  }

  private String[] labels(String name, int value, K key) {
    String[] own = naming.labels().apply(key);
    String[] all = new String[own.length + 2];
    all[0] = name;
    all[1] = Integer.toString(value);
    System.arraycopy(own, 0, all, 2, own.length);
    return all;
  }

  /** Envoy's plain names: {@code cluster.NAME.upstream_rq_total: 5}. */
  void writePlain(StringBuilder out) {
    new TreeMap<>(cells)
        .forEach(
            (key, c) -> {
              String prefix = naming.plain().apply(key) + ".";
              for (Metric<C> metric : metrics) {
                String name = prefix + metric.name();
                switch (metric) {
                  case Metric.Count<C> count -> line(out, name, count.value().applyAsLong(c));
                  case Metric.Level<C> level -> line(out, name, level.value().applyAsLong(c));
                  case Metric.Wanted<C> wanted -> {
                    long value = wanted.value().applyAsLong(c);
                    if (value >= 0) {
                      line(out, name, value);
                    }
                  }
                  case Metric.Times<C> times -> {
                    Histogram histogram = times.value().apply(c);
                    line(out, name + ".count", histogram.total());
                    line(out, name + ".sum_ms", Math.round(histogram.sum()));
                  }
                  case Metric.Sizes<C> sizes -> {
                    Histogram histogram = sizes.value().apply(c);
                    if (histogram != null) {
                      line(out, name + ".count", histogram.total());
                      line(out, name + ".sum", Math.round(histogram.sum()));
                    }
                  }
                  case Metric.Statuses<C> statuses -> {
                    StatusCounts counts = statuses.value().apply(c);
                    counts
                        .seen()
                        .forEach(status -> line(out, name + "_" + status, counts.of(status)));
                    long[] classes = counts.classes();
                    for (int hundreds = 1; hundreds < classes.length; hundreds++) {
                      line(out, name + "_" + hundreds + "xx", classes[hundreds]);
                    }
                  }
                }
              }
            });
  }

  private static void line(StringBuilder out, String name, long value) {
    out.append(name).append(": ").append(value).append('\n');
  }
}
