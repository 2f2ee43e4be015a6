package dev.weft.demo.load;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.ConcurrentHistogram;

/** What was seen of one mode; safe for use from any thread. */
public final class ModeStats {
  private static final int MAX_REASONS = 50;
  private final LongAdder right = new LongAdder();
  private final LongAdder wrong = new LongAdder();
  private final LongAdder disrupted = new LongAdder();
  private final ConcurrentHistogram micros = new ConcurrentHistogram(120_000_000L, 2);
  private final Map<String, LongAdder> versions = new ConcurrentHashMap<>();
  private final Map<String, LongAdder> reasons = new ConcurrentHashMap<>();

  void right(long nanos, String version) {
    right.increment();
    micros.recordValue(Math.min(nanos / 1000, micros.getHighestTrackableValue()));
    if (!version.isEmpty() && (versions.size() < MAX_REASONS || versions.containsKey(version))) {
      versions.computeIfAbsent(version, v -> new LongAdder()).increment();
    }
  }

  void wrong(String reason) {
    wrong.increment();
    String key = reasons.size() < MAX_REASONS || reasons.containsKey(reason) ? reason : "other";
    reasons.computeIfAbsent(key, r -> new LongAdder()).increment();
  }

  void disrupted() {
    disrupted.increment();
  }

  /** Calls whose answer was right in every byte. */
  public long rightCount() {
    return right.sum();
  }

  /** Calls that failed though they should not have. */
  public long wrongCount() {
    return wrong.sum();
  }

  /** Calls cut by the death of the instance that was answering them, which nothing can repair. */
  public long disruptedCount() {
    return disrupted.sum();
  }

  /** A percentile of the times of right calls, in microseconds. */
  public long percentileMicros(double percentile) {
    return micros.getValueAtPercentile(percentile);
  }

  /** Right answers by the version that gave them. */
  public Map<String, Long> versions() {
    return sums(versions);
  }

  /** Failures by reason. */
  public Map<String, Long> reasons() {
    return sums(reasons);
  }

  private static Map<String, Long> sums(Map<String, LongAdder> adders) {
    Map<String, Long> sums = new TreeMap<>();
    adders.forEach((key, adder) -> sums.put(key, adder.sum()));
    return sums;
  }
}
