package dev.weft.proxy.cluster;

import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.telemetry.ClusterStats.Breaker;
import dev.weft.xds.model.Priority;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** How many permits of one kind are out, over all loops; says when a limit is reached or left. */
final class Gauge {
  private final AtomicInteger held = new AtomicInteger();
  private final AtomicBoolean open = new AtomicBoolean();
  private final Priority priority;
  private final Breaker breaker;
  private final ClusterStats stats;

  Gauge(Priority priority, Breaker breaker, ClusterStats stats) {
    this.priority = priority;
    this.breaker = breaker;
    this.stats = stats;
  }

  int held() {
    return held.get();
  }

  int left(int limit) {
    return Math.max(0, limit - held.get());
  }

  boolean tryAcquire(int limit) {
    int now = held.incrementAndGet();
    if (now > limit) {
      held.decrementAndGet();
      report(true);
      return false;
    }
    if (now == limit) {
      report(true);
    }
    return true;
  }

  void acquire(int limit) {
    if (held.incrementAndGet() >= limit) {
      report(true);
    }
  }

  void release(int limit) {
    int now = held.decrementAndGet();
    if (now < limit && open.get()) {
      report(false);
    }
  }

  private void report(boolean nowOpen) {
    if (open.compareAndSet(!nowOpen, nowOpen)) {
      stats.breaker(priority, breaker, nowOpen);
    }
  }
}
