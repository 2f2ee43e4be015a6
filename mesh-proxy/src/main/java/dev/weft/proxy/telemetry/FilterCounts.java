package dev.weft.proxy.telemetry;

import java.lang.ref.WeakReference;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The counts of filters. A name is here for as long as a filter holds its counter, so that their
 * number stays bounded by the configuration's.
 */
final class FilterCounts {
  private static final Comparator<StatName> ORDER =
      Comparator.comparing(StatName::prometheus)
          .thenComparing(StatName::plain)
          .thenComparing(name -> String.join(",", name.labels()));

  private final Map<StatName, WeakReference<Counter>> counters = new ConcurrentHashMap<>();

  /** The counter of this name, made if nobody holds one. */
  Counter get(StatName name) {
    Counter[] found = new Counter[1];
    counters.compute(
        name,
        (key, reference) -> {
          Counter held = held(reference);
          found[0] = held == null ? new Counter() : held;
          return held == null || reference == null ? new WeakReference<>(found[0]) : reference;
        });
    return found[0];
  }

  private static @Nullable Counter held(@Nullable WeakReference<Counter> reference) {
    return reference == null ? null : reference.get();
  }

  private Map<StatName, Long> values() {
    Map<StatName, Long> values = new TreeMap<>(ORDER);
    counters.forEach(
        (name, reference) -> {
          Counter counter = reference.get();
          if (counter == null) {
            counters.remove(name, reference);
          } else {
            values.put(name, counter.sum());
          }
        });
    return values;
  }

  void writePrometheus(PrometheusText out) {
    String last = "";
    for (Map.Entry<StatName, Long> entry : values().entrySet()) {
      StatName name = entry.getKey();
      if (!name.prometheus().equals(last)) {
        last = name.prometheus();
        out.type(last, name.gauge() ? "gauge" : "counter");
      }
      out.sample(
          name.plain(),
          last,
          Long.toString(entry.getValue()),
          name.labels().toArray(String[]::new));
    }
  }

  void writePlain(StringBuilder out) {
    values()
        .forEach((name, value) -> out.append(name.plain()).append(": ").append(value).append('\n'));
  }
}
