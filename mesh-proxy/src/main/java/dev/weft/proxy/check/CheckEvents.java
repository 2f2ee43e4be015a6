package dev.weft.proxy.check;

import dev.weft.proxy.cluster.health.CheckedHealth;
import dev.weft.proxy.cluster.health.CheckedHealth.Outcome;
import dev.weft.xds.model.HealthCheck.EventLog;
import dev.weft.xds.model.HealthEvent.Failure;
import dev.weft.xds.model.HealthEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which events the outcome of a check is, as Envoy tells them. */
final class CheckEvents {
  private CheckEvents() {}

  /** What was known of an endpoint. */
  record Seen(boolean failing, boolean degraded, boolean unchecked) {
    static Seen of(CheckedHealth health) {
      return new Seen(health.failing(), health.degraded(), health.isFirst());
    }
  }

  /**
   * The events, in the order in which they are told.
   *
   * @param before what was known before the check, with whether that was its first
   */
  static List<Kind> of(Outcome outcome, Seen before, Seen after, EventLog log) {
    List<Kind> events = new ArrayList<>(2);
    if (!outcome.isSuccess()) {
      if (!before.failing() && after.failing()) {
        events.add(Kind.EJECTED);
      }
      if (before.unchecked() || log.allFailures()) {
        events.add(Kind.FAILED);
      }
      return events;
    }
    if (before.failing() && !after.failing()) {
      events.add(Kind.ADDED);
    }
    if (before.degraded() != after.degraded()) {
      events.add(after.degraded() ? Kind.DEGRADED : Kind.NO_LONGER_DEGRADED);
    }
    if (log.allSuccesses()) {
      events.add(Kind.SUCCEEDED);
    }
    return events;
  }

  /** Why the check failed; null if it did not. */
  static @Nullable Failure failure(Outcome outcome) {
    return switch (outcome) {
      case WELL, DEGRADED -> null;
      case FAILED, RETRIABLE -> Failure.ACTIVE;
      case TOLD -> Failure.PASSIVE;
      case NO_ANSWER -> Failure.NETWORK;
      case LATE -> Failure.NETWORK_TIMEOUT;
    };
  }
}
