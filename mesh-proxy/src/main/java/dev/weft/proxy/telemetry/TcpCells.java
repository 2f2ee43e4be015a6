package dev.weft.proxy.telemetry;

import dev.weft.proxy.telemetry.Metric.Count;
import dev.weft.proxy.telemetry.Metric.Level;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The counts of TCP relays with one stat_prefix. */
final class TcpCells implements TcpStats {
  private final LongAdder connections = new LongAdder();
  private final LongAdder active = new LongAdder();
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final LongAdder idleTimeouts = new LongAdder();
  private final LongAdder maxDurations = new LongAdder();
  private final LongAdder noRoute = new LongAdder();
  private final LongAdder attemptsExceeded = new LongAdder();

  static final List<Metric<TcpCells>> METRICS =
      List.of(
          new Count<>("downstream_cx_total", c -> c.connections.sum()),
          new Level<>("downstream_cx_active", c -> c.active.sum()),
          new Count<>("downstream_cx_rx_bytes_total", c -> c.received.sum()),
          new Count<>("downstream_cx_tx_bytes_total", c -> c.sent.sum()),
          new Count<>("idle_timeout", c -> c.idleTimeouts.sum()),
          new Count<>("max_downstream_connection_duration", c -> c.maxDurations.sum()),
          new Count<>("downstream_cx_no_route", c -> c.noRoute.sum()),
          new Count<>("max_upstream_connect_attempts_exceeded", c -> c.attemptsExceeded.sum()));

  @Override
  public void connectionOpened() {
    connections.increment();
    active.increment();
  }

  @Override
  public void connectionClosed(long receivedBytes, long sentBytes) {
    active.decrement();
    received.add(receivedBytes);
    sent.add(sentBytes);
  }

  @Override
  public void maxDuration() {
    maxDurations.increment();
  }

  @Override
  public void idleTimeout() {
    idleTimeouts.increment();
  }

  @Override
  public void noCluster() {
    noRoute.increment();
  }

  @Override
  public void connectAttemptsExceeded() {
    attemptsExceeded.increment();
  }
}
