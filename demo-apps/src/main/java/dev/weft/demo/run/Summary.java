package dev.weft.demo.run;

import com.fasterxml.jackson.databind.JsonNode;
import dev.weft.demo.load.LoadGenerator;
import dev.weft.demo.load.Mode;
import dev.weft.demo.load.ModeStats;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** The figures of a run, for people. */
public final class Summary {
  private Summary() {}

  /** Calls that were right, of all modes. */
  public static long right(LoadGenerator load) {
    return load.stats().values().stream().mapToLong(ModeStats::rightCount).sum();
  }

  /** Calls and long streams that failed without a reason. */
  public static long wrong(LoadGenerator load) {
    return load.stats().values().stream().mapToLong(ModeStats::wrongCount).sum()
        + load.longStreams().brokenCount();
  }

  /** One line for a terminal that is watched, or for a log. */
  static String line(LoadGenerator load, long seconds, long before) {
    return String.format(
        Locale.ROOT,
        "%4d s  %6d calls  %5d/s  %d under way  %d failed",
        seconds,
        right(load),
        right(load) - before,
        load.inFlight(),
        wrong(load));
  }

  /** The table by mode. */
  static String table(LoadGenerator load) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%-18s %9s %8s %9s %10s %10s%n",
            "mode",
            "calls",
            "failed",
            "cut off",
            "p50 ms",
            "p99 ms"));
    for (Map.Entry<Mode, ModeStats> entry : load.stats().entrySet()) {
      ModeStats stats = entry.getValue();
      text.append(
          String.format(
              Locale.ROOT,
              "%-18s %9d %8d %9d %10.2f %10.2f%n",
              entry.getKey().title(),
              stats.rightCount(),
              stats.wrongCount(),
              stats.disruptedCount(),
              stats.percentileMicros(50) / 1000.0,
              stats.percentileMicros(99) / 1000.0));
    }
    return text.toString();
  }

  /** Everything, at the end. */
  static String whole(Demo demo) throws InterruptedException {
    LoadGenerator load = demo.load();
    StringBuilder text = new StringBuilder(table(load));
    text.append(
        String.format(
            Locale.ROOT,
            "%d open chat streams: %d messages in order, %d broken, %d cut off by a kill%n",
            load.longStreams().count(),
            load.longStreams().messageCount(),
            load.longStreams().brokenCount(),
            load.longStreams().disruptedCount()));
    text.append(
        String.format(
            Locale.ROOT,
            "%d calls in all, %d failed, %d not sent because too many were under way%n",
            right(load),
            wrong(load),
            load.heldBackCount()));
    text.append("retries by the sidecars: ").append(retries(demo)).append(System.lineSeparator());
    text.append("revisions applied: ").append(revision(demo)).append(System.lineSeparator());
    for (Map.Entry<Mode, ModeStats> entry : load.stats().entrySet()) {
      Map<String, Long> versions = entry.getValue().versions();
      if (versions.size() > 1) {
        text.append(entry.getKey().title())
            .append(" by version: ")
            .append(versions)
            .append(System.lineSeparator());
      }
      entry
          .getValue()
          .reasons()
          .forEach(
              (reason, count) ->
                  text.append("FAILED ")
                      .append(entry.getKey().title())
                      .append(" × ")
                      .append(count)
                      .append(": ")
                      .append(reason)
                      .append(System.lineSeparator()));
    }
    if (!load.longStreams().lastReason().isEmpty()) {
      text.append("FAILED open stream: ")
          .append(load.longStreams().lastReason())
          .append(System.lineSeparator());
    }
    return text.toString();
  }

  /**
   * The sum of a counter over every sidecar; samples are told apart by their labels and added up.
   */
  static long sumOfSidecars(Demo demo, String metric) throws InterruptedException {
    double sum = 0;
    for (ShopInstance instance : demo.instances()) {
      for (String sample : demo.api().text(instance.admin("/stats/prometheus")).split("\n")) {
        if (sample.startsWith(metric + "{") || sample.startsWith(metric + " ")) {
          sum += Double.parseDouble(sample.substring(sample.lastIndexOf(' ') + 1));
        }
      }
    }
    return Math.round(sum);
  }

  /** Retries of all sidecars since they started. */
  public static long retries(Demo demo) throws InterruptedException {
    return sumOfSidecars(demo, "envoy_cluster_upstream_rq_retry_total")
        + sumOfSidecars(demo, "envoy_cluster_upstream_rq_retry");
  }

  /** The newest revision of the configuration; 0 if the control plane does not say. */
  static long revision(Demo demo) throws InterruptedException {
    try {
      JsonNode revisions = demo.api().get("/api/v1/revisions");
      long newest = 0;
      for (JsonNode revision : revisions.path("items")) {
        newest = Math.max(newest, revision.path("revision").asLong());
      }
      return newest;
    } catch (IOException e) {
      return 0;
    }
  }
}
