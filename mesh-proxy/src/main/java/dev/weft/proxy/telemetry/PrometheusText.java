package dev.weft.proxy.telemetry;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes Prometheus' text format 0.0.4. Our own because Envoy's counters do not all end in {@code
 * _total}, which the client library insists on.
 */
public final class PrometheusText {
  private final StatChoice choice;

  /** Where everything is written as it comes. */
  private final StringBuilder out = new StringBuilder(16 * 1024);

  /** Where names depend on rules: what belongs to a name, which may come in pieces. */
  private final Map<String, StringBuilder> families = new TreeMap<>();

  private String type = "";

  /** Of everything. */
  public PrometheusText() {
    this(StatChoice.ALL);
  }

  /** Of some statistics, by the names that rules give them. */
  public PrometheusText(StatChoice choice) {
    this.choice = choice;
  }

  /** Whether samples need their plain names; they may be empty if not. */
  boolean wantsPlain() {
    return !choice.everything();
  }

  /** Begins a metric. */
  void type(String name, String typeOfAll) {
    type = typeOfAll;
    if (choice.everything()) {
      type(out, name);
    }
  }

  private void type(StringBuilder to, String name) {
    to.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  /**
   * One value.
   *
   * @param plain as Envoy has it without labels
   * @param labels names and values in turn
   */
  void sample(String plain, String name, String value, String... labels) {
    if (choice.everything()) {
      sample(out, name, value, List.of(labels));
    } else if (choice.has(plain, !value.equals("0"))) {
      StatRules.Labelled labelled = choice.rules().label(plain, name, labels);
      sample(family(labelled.name()), labelled.name(), value, labelled.labels());
    }
  }

  private StringBuilder family(String name) {
    StringBuilder family = families.get(name);
    if (family == null) {
      family = new StringBuilder();
      type(family, name);
      families.put(name, family);
    }
    return family;
  }

  /**
   * A metric of one value and no labels.
   *
   * @param plain as Envoy has it; or its own name, if only this proxy has it
   */
  public void single(String plain, String typeOfIt, double value) {
    String name = plain.startsWith("weft_") ? plain : "envoy_" + StatRules.sanitized(plain);
    type(name, typeOfIt);
    sample(plain, name, number(value));
  }

  void histogram(String plain, String name, Histogram histogram, String... labels) {
    if (choice.everything()) {
      histogram(out, name, histogram, List.of(labels));
    } else if (choice.has(plain, histogram.total() > 0)) {
      StatRules.Labelled labelled = choice.rules().label(plain, name, labels);
      histogram(family(labelled.name()), labelled.name(), histogram, labelled.labels());
    }
  }

  private static void histogram(
      StringBuilder to, String name, Histogram histogram, List<String> labels) {
    double[] bounds = Histogram.bounds();
    long[] counts = histogram.counts();
    String[] with = Arrays.copyOf(labels.toArray(String[]::new), labels.size() + 2);
    with[labels.size()] = "le";
    long below = 0;
    for (int i = 0; i < counts.length; i++) {
      below += counts[i];
      with[labels.size() + 1] = i < bounds.length ? number(bounds[i]) : "+Inf";
      sample(to, name + "_bucket", Long.toString(below), List.of(with));
    }
    sample(to, name + "_sum", number(histogram.sum()), labels);
    sample(to, name + "_count", Long.toString(below), labels);
  }

  private static void sample(StringBuilder to, String name, String value, List<String> labels) {
    to.append(name);
    labels(to, labels);
    to.append(' ').append(value).append('\n');
  }

  private static void labels(StringBuilder to, List<String> labels) {
    if (labels.isEmpty()) {
      return;
    }
    to.append('{');
    for (int i = 0; i < labels.size(); i += 2) {
      to.append(i == 0 ? "" : ",").append(labels.get(i)).append("=\"");
      escape(to, labels.get(i + 1));
      to.append('"');
    }
    to.append('}');
  }

  private static void escape(StringBuilder to, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> to.append("\\\\");
        case '"' -> to.append("\\\"");
        case '\n' -> to.append("\\n");
        default -> to.append(c);
      }
    }
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  /** What was written. */
  @Override
  public String toString() {
    if (choice.everything()) {
      return out.toString();
    }
    StringBuilder all = new StringBuilder();
    families.values().forEach(all::append);
    return all.toString();
  }
}
