package dev.weft.proxy.check;

import dev.weft.proxy.check.CheckEvents.Seen;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.health.CheckedHealth.Outcome;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthCheck.EventLog;
import dev.weft.xds.model.HealthEvent;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Tells logs what checks of one endpoint find. */
final class EventWriter {
  private final EventLog log;
  private final Class<? extends HealthCheck.Probe> checker;
  private final String cluster;
  private final List<Consumer<HealthEvent>> files;

  private EventWriter(HealthCheck check, EventLog log, String cluster, EventLogs logs) {
    this.log = log;
    this.checker = check.probe().getClass();
    this.cluster = cluster;
    this.files = log.files().stream().map(logs::open).toList();
  }

  /** Null where nothing is to be written. */
  static @Nullable EventWriter of(HealthCheck check, String cluster, EventLogs logs) {
    return check.log() == null ? null : new EventWriter(check, check.log(), cluster, logs);
  }

  /**
   * A check is over.
   *
   * @param described what is said of the endpoint
   * @param status of the HTTP answer that it failed by; 0 for none
   */
  void write(
      Member<ActiveEndpoint> described, Outcome outcome, int status, Seen before, Seen after) {
    for (HealthEvent.Kind kind : CheckEvents.of(outcome, before, after, log)) {
      HealthEvent event =
          new HealthEvent(
              kind,
              checker,
              described.endpoint().address(),
              cluster,
              Instant.now(),
              before.unchecked(),
              CheckEvents.failure(outcome),
              status,
              described.locality(),
              described.endpoint().written());
      files.forEach(file -> file.accept(event));
    }
  }
}
