package dev.weft.proxy.config;

import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.xds.model.ConnectionLimit;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The limit on a chain's connections, and how many there are. Those that wait to be closed count,
 * too, as in Envoy. From any thread.
 */
public final class ActiveConnectionLimit {
  /** So many may wait at a time; beyond that a connection is closed whatever the delay. */
  static final int MOST_WAITING = 1000;

  private final ConnectionLimit config;
  private final Open open;
  private final Counter active;
  private final Counter limited;

  /** What becomes of a connection. */
  public enum Verdict {
    SERVED,
    /** It exceeds the limit, and is closed after the delay. */
    WAITS,
    CLOSED
  }

  private record Open(AtomicLong connections, AtomicInteger waiting) {}

  private ActiveConnectionLimit(ConnectionLimit config, Open open, Telemetry telemetry) {
    this.config = config;
    this.open = open;
    this.active = telemetry.counter(name("active_connections").asGauge());
    this.limited = telemetry.counter(name("limited_connections"));
  }

  private StatName name(String what) {
    return new StatName(
        "connection_limit." + config.statPrefix() + "." + what,
        "envoy_connection_limit_" + what,
        List.of("envoy_connection_limit_prefix", config.statPrefix()),
        false);
  }

  /**
   * The limit that a configuration asks for.
   *
   * @param earlier that of the same chain in an earlier configuration, whose connections go on and
   *     count; null if there is none
   */
  static ActiveConnectionLimit of(
      ConnectionLimit config, @Nullable ActiveConnectionLimit earlier, Telemetry telemetry) {
    Open open = earlier == null ? new Open(new AtomicLong(), new AtomicInteger()) : earlier.open;
    return new ActiveConnectionLimit(config, open, telemetry);
  }

  /** How long a connection that {@link Verdict#WAITS} stays open. */
  public Duration delay() {
    return config.delay();
  }

  /** Counts a connection, until it {@linkplain #leave leaves}. */
  public Verdict enter() {
    if (!config.enabled()) {
      return Verdict.SERVED;
    }
    active.increment();
    if (open.connections.incrementAndGet() <= config.maxConnections()) {
      return Verdict.SERVED;
    }
    limited.increment();
    if (config.delay().isZero()) {
      return Verdict.CLOSED;
    }
    if (open.waiting.incrementAndGet() > MOST_WAITING) {
      open.waiting.decrementAndGet();
      return Verdict.CLOSED;
    }
    return Verdict.WAITS;
  }

  /**
   * A connection is closed; once for each that entered.
   *
   * @param verdict what it was told
   */
  public void leave(Verdict verdict) {
    if (!config.enabled()) {
      return;
    }
    if (verdict == Verdict.WAITS) {
      open.waiting.decrementAndGet();
    }
    open.connections.decrementAndGet();
    active.decrement();
  }
}
