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
 * @param <C> the cells
 */
final class CellFamily<C> {
  private final String prefix;
  private final String label;
  private final List<Metric<C>> metrics;
  private final Supplier<C> make;
  private final Map<String, C> cells = new ConcurrentHashMap<>();

  /**
   * @param prefix of the names: {@code cluster}
   * @param label that tells the cells apart in Prometheus: {@code envoy_cluster_name}
   */
  CellFamily(String prefix, String label, List<Metric<C>> metrics, Supplier<C> make) {
    this.prefix = prefix;
    this.label = label;
    this.metrics = metrics;
    this.make = make;
  }

  /** The cells of this name, made if they are new. */
  C get(String name) {
    return cells.computeIfAbsent(name, n -> make.get());
  }

  /** Forgets all other cells. */
  void retain(Collection<String> names) {
    cells.keySet().retainAll(names);
  }

  /** What each cell says, by name. */
  <T> Map<String, T> map(Function<C, T> read) {
    Map<String, T> all = new TreeMap<>();
    cells.forEach((name, c) -> all.put(name, read.apply(c)));
    return all;
  }

  void writePrometheus(PrometheusText out) {
    Map<String, C> sorted = new TreeMap<>(cells);
    if (sorted.isEmpty()) {
      return;
    }
    for (Metric<C> metric : metrics) {
      String name = "envoy_" + prefix + "_" + metric.name().replace('.', '_');
      switch (metric) {
        case Metric.Count<C> count -> {
          out.type(name, "counter");
          sorted.forEach(
              (key, c) -> out.sample(name, value(count.value().applyAsLong(c)), label, key));
        }
        case Metric.Level<C> level -> {
          out.type(name, "gauge");
          sorted.forEach(
              (key, c) -> out.sample(name, value(level.value().applyAsLong(c)), label, key));
        }
        case Metric.Times<C> times -> {
          out.type(name, "histogram");
          sorted.forEach((key, c) -> out.histogram(name, times.value().apply(c), label, key));
        }
        case Metric.Statuses<C> statuses -> {
          out.type(name, "counter");
          sorted.forEach(
              (key, c) -> {
                StatusCounts counts = statuses.value().apply(c);
                counts
                    .seen()
                    .forEach(
                        status ->
                            out.sample(
                                name,
                                value(counts.of(status)),
                                "envoy_response_code",
                                Integer.toString(status),
                                label,
                                key));
              });
          out.type(name + "_xx", "counter");
          sorted.forEach(
              (key, c) -> {
                long[] classes = statuses.value().apply(c).classes();
                for (int hundreds = 1; hundreds < classes.length; hundreds++) {
                  out.sample(
                      name + "_xx",
                      value(classes[hundreds]),
                      "envoy_response_code_class",
                      Integer.toString(hundreds),
                      label,
                      key);
                }
              });
        }
      }
    }
  }

  /** Envoy's plain names: {@code cluster.NAME.upstream_rq_total: 5}. */
  void writePlain(StringBuilder out) {
    new TreeMap<>(cells)
        .forEach(
            (key, c) -> {
              for (Metric<C> metric : metrics) {
                String name = prefix + "." + key + "." + metric.name();
                switch (metric) {
                  case Metric.Count<C> count -> line(out, name, count.value().applyAsLong(c));
                  case Metric.Level<C> level -> line(out, name, level.value().applyAsLong(c));
                  case Metric.Times<C> times -> {
                    Histogram histogram = times.value().apply(c);
                    line(out, name + ".count", histogram.total());
                    line(out, name + ".sum_ms", Math.round(histogram.sumMillis()));
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

  private static String value(long value) {
    return Long.toString(value);
  }
}
