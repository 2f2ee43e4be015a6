package dev.weft.proxy.filter.breaker;

import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.telemetry.Telemetry;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The breaker of a cluster's method, and its counts. From any thread. */
final class MethodBreaker {
  private static final Logger log = LoggerFactory.getLogger(MethodBreaker.class);

  private final String cluster;
  private final String method;
  private final boolean own;
  private final Breaker breaker = new Breaker();
  private final AtomicBoolean claimed = new AtomicBoolean();
  private final AtomicBoolean shownOpen = new AtomicBoolean();
  private final Counter open;
  private final Counter opened;
  private final Counter successes;
  private final Counter failures;
  private final Counter timeouts;
  private final Counter shortCircuited;
  private final Counter rejected;
  private final Counter fallbacks;

  /**
   * @param method empty for a route without name
   * @param own whether it is of one method alone, and so one of those of which there may be so many
   */
  MethodBreaker(String cluster, String method, boolean own, Telemetry telemetry) {
    this.cluster = cluster;
    this.method = method;
    this.own = own;
    this.open = counter(telemetry, "open", true);
    this.opened = counter(telemetry, "opened", false);
    this.successes = counter(telemetry, "success", false);
    this.failures = counter(telemetry, "failure", false);
    this.timeouts = counter(telemetry, "timeout", false);
    this.shortCircuited = counter(telemetry, "short_circuited", false);
    this.rejected = counter(telemetry, "rejected", false);
    this.fallbacks = counter(telemetry, "fallback", false);
  }

  private Counter counter(Telemetry telemetry, String name, boolean gauge) {
    return telemetry.counter(
        new StatName(
            "cluster." + cluster + ".breaker." + (method.isEmpty() ? "" : method + ".") + name,
            "weft_breaker_" + name + (gauge ? "" : "_total"),
            List.of("envoy_cluster_name", cluster, "weft_method", method),
            gauge));
  }

  String cluster() {
    return cluster;
  }

  String method() {
    return method;
  }

  boolean own() {
    return own;
  }

  /** Whether the caller is the first to have it. */
  boolean claim() {
    return claimed.compareAndSet(false, true);
  }

  Breaker.Snapshot snapshot(long now) {
    return breaker.snapshot(now);
  }

  boolean quiet(long now) {
    return own && breaker.quiet(now);
  }

  Breaker.Entry ask(Limits limits, long now) {
    Breaker.Entry entry = breaker.ask(limits, now);
    if (entry instanceof Breaker.Refused refused) {
      (refused == Breaker.Refused.FULL ? rejected : shortCircuited).increment();
    }
    return entry;
  }

  /** What was kept back is answered otherwise. */
  void fellBack() {
    fallbacks.increment();
  }

  void report(
      Breaker.Admitted entry, Breaker.Outcome outcome, boolean timeout, Limits limits, long now) {
    switch (outcome) {
      case SUCCESS -> successes.increment();
      case FAILURE -> failures.increment();
      case ABANDONED -> {}
    }
    if (timeout) {
      timeouts.increment();
    }
    switch (breaker.report(entry, outcome, limits, now)) {
      case NONE -> {}
      case OPENED -> {
        opened.increment();
        show(true);
        log.warn("the breaker of {} {} has opened for {} ms", cluster, method, resetMillis(limits));
      }
      case CLOSED -> {
        show(false);
        log.info("the breaker of {} {} has closed", cluster, method);
      }
    }
  }

  private static long resetMillis(Limits limits) {
    return limits.resetNanos() / 1_000_000;
  }

  void leave() {
    breaker.leave();
  }

  /** Somebody takes it into his hands, or gives it back. */
  void control(Breaker.Control by) {
    breaker.control(by);
    show(by == Breaker.Control.OPEN);
  }

  private void show(boolean nowOpen) {
    if (shownOpen.compareAndSet(!nowOpen, nowOpen)) {
      if (nowOpen) {
        open.increment();
      } else {
        open.decrement();
      }
    }
  }
}
