package dev.weft.proxy.telemetry;

/**
 * Writes Prometheus' text format 0.0.4. Our own because Envoy's counters do not all end in {@code
 * _total}, which the client library insists on.
 */
public final class PrometheusText {
  private final StringBuilder out = new StringBuilder(16 * 1024);

  /** Begins a metric. */
  void type(String name, String type) {
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
  }

  /** One value, with names and values of labels in turn. */
  void sample(String name, String value, String... labels) {
    out.append(name);
    labels(labels);
    out.append(' ').append(value).append('\n');
  }

  /** A metric of one value and no labels. */
  public void single(String name, String type, double value) {
    type(name, type);
    sample(name, number(value));
  }

  void histogram(String name, Histogram histogram, String... labels) {
    double[] bounds = Histogram.boundsMillis();
    long[] counts = histogram.counts();
    long below = 0;
    for (int i = 0; i < counts.length; i++) {
      below += counts[i];
      String bound = i < bounds.length ? number(bounds[i]) : "+Inf";
      sample(name + "_bucket", Long.toString(below), with(labels, "le", bound));
    }
    sample(name + "_sum", number(histogram.sumMillis()), labels);
    sample(name + "_count", Long.toString(below), labels);
  }

  private static String[] with(String[] labels, String name, String value) {
    String[] all = java.util.Arrays.copyOf(labels, labels.length + 2);
    all[labels.length] = name;
    all[labels.length + 1] = value;
    return all;
  }

  private void labels(String[] labels) {
    if (labels.length == 0) {
      return;
    }
    out.append('{');
    for (int i = 0; i < labels.length; i += 2) {
      out.append(i == 0 ? "" : ",").append(labels[i]).append("=\"");
      escape(labels[i + 1]);
      out.append('"');
    }
    out.append('}');
  }

  private void escape(String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      switch (c) {
        case '\\' -> out.append("\\\\");
        case '"' -> out.append("\\\"");
        case '\n' -> out.append("\\n");
        default -> out.append(c);
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
    return out.toString();
  }
}
