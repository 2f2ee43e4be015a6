package dev.weft.proxy.differential;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What was seen of one scenario through one proxy, as lines to be compared. */
final class Observation {
  static final String CLIENT = "client";
  static final String UPSTREAM = "upstream";
  static final String LOG = "log";
  static final String EVENTS = "events";
  static final String STATISTICS = "statistics";
  static final String SPANS = "spans";
  static final List<String> SECTIONS = List.of(CLIENT, UPSTREAM, LOG, EVENTS, STATISTICS, SPANS);

  private final Map<String, List<String>> sections = new LinkedHashMap<>();

  /** How often each answer came; empty where every line is compared. */
  private final Map<String, Integer> counts = new TreeMap<>();

  Observation() {
    SECTIONS.forEach(name -> sections.put(name, new ArrayList<>()));
  }

  void add(String section, String line) {
    sections.get(section).add(line);
  }

  /** Adds blocks of lines; in any order if that does not count. */
  void addAll(String section, List<String> blocks, boolean ordered) {
    (ordered ? blocks.stream() : blocks.stream().sorted())
        .forEach(block -> sections.get(section).addAll(block.lines().toList()));
  }

  List<String> lines(String section) {
    return sections.get(section);
  }

  void count(String share, int count) {
    counts.put(share, count);
    add(CLIENT, share + ": " + count + " times");
  }

  /**
   * The sections that are not the same.
   *
   * @param within how far shares may be apart, as a part of the whole
   */
  List<String> differences(Observation other, double within) {
    if (!counts.isEmpty()) {
      return isNear(other, within) ? List.of() : List.of(CLIENT);
    }
    return SECTIONS.stream().filter(name -> !lines(name).equals(other.lines(name))).toList();
  }

  private boolean isNear(Observation other, double within) {
    int all = counts.values().stream().mapToInt(Integer::intValue).sum();
    Set<String> shares = new TreeSet<>(counts.keySet());
    shares.addAll(other.counts.keySet());
    return shares.stream()
        .allMatch(
            share ->
                Math.abs(counts.getOrDefault(share, 0) - other.counts.getOrDefault(share, 0))
                    <= within * all);
  }

  /** Both side by side, what differs marked. */
  static String sideBySide(Observation envoy, Observation weft, List<String> shown) {
    StringBuilder text = new StringBuilder();
    for (String section : shown) {
      text.append(SideBySide.of(section, envoy.lines(section), weft.lines(section)));
    }
    return text.toString();
  }
}
