package dev.weft.proxy.filter.breaker;

import dev.weft.proxy.telemetry.Telemetry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The breakers of a cluster, and what is kept of its answers. From any thread. */
final class ClusterBreakers {
  /** The name of the breaker that methods share which have none of their own. */
  static final String OTHERS = "*";

  private final String cluster;
  private final Map<String, MethodBreaker> byMethod = new ConcurrentHashMap<>();
  private final KeptAnswers kept;

  /** Of breakers that are still to come. */
  private volatile Breaker.Control control = Breaker.Control.AUTO;

  /**
   * @param keptBytes how much all clusters keep
   */
  ClusterBreakers(String cluster, AtomicLong keptBytes) {
    this.cluster = cluster;
    this.kept = new KeptAnswers(keptBytes);
  }

  KeptAnswers kept() {
    return kept;
  }

  @Nullable MethodBreaker known(String method) {
    return byMethod.get(method);
  }

  /** The breaker of a method; another's if somebody was sooner. */
  MethodBreaker add(String method, Telemetry telemetry) {
    return byMethod.computeIfAbsent(method, m -> fresh(m, true, telemetry));
  }

  /** The one of all methods that have none of their own. */
  MethodBreaker others(Telemetry telemetry) {
    return byMethod.computeIfAbsent(OTHERS, m -> fresh(m, false, telemetry));
  }

  private MethodBreaker fresh(String method, boolean own, Telemetry telemetry) {
    MethodBreaker fresh = new MethodBreaker(cluster, method, own, telemetry);
    if (control != Breaker.Control.AUTO) {
      fresh.control(control);
    }
    return fresh;
  }

  Iterable<MethodBreaker> all() {
    return byMethod.values();
  }

  /** Forgets those that are as new ones would be; how many of their own there were. */
  int sweep(long now) {
    int[] gone = new int[1];
    byMethod
        .values()
        .removeIf(
            breaker -> {
              boolean quiet = breaker.quiet(now);
              gone[0] += quiet ? 1 : 0;
              return quiet;
            });
    return gone[0];
  }

  /** Takes all of them into one's hands, those to come too, or gives them back. */
  void control(Breaker.Control by) {
    control = by;
    byMethod.values().forEach(breaker -> breaker.control(by));
  }
}
