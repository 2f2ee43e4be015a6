package dev.weft.proxy.telemetry;

import dev.weft.proxy.telemetry.Metric.Count;
import dev.weft.proxy.telemetry.Metric.Level;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The counts of a listener. */
final class ListenerCells implements ListenerStats {
  private final LongAdder connections = new LongAdder();
  private final LongAdder active = new LongAdder();
  private final LongAdder destroyed = new LongAdder();
  private final LongAdder limited = new LongAdder();
  private final LongAdder shed = new LongAdder();
  private final LongAdder rejected = new LongAdder();
  private final LongAdder noChain = new LongAdder();
  private final LongAdder preTimeouts = new LongAdder();
  private final LongAdder handshakes = new LongAdder();
  private final LongAdder handshakeErrors = new LongAdder();

  static final List<Metric<ListenerCells>> METRICS =
      List.of(
          new Count<>("downstream_cx_total", c -> c.connections.sum()),
          new Level<>("downstream_cx_active", c -> c.active.sum()),
          new Count<>("downstream_cx_destroy", c -> c.destroyed.sum()),
          new Count<>("downstream_cx_overflow", c -> c.limited.sum()),
          new Count<>("downstream_global_cx_overflow", c -> c.shed.sum()),
          new Count<>("downstream_cx_overload_reject", c -> c.rejected.sum()),
          new Count<>("no_filter_chain_match", c -> c.noChain.sum()),
          new Count<>("downstream_pre_cx_timeout", c -> c.preTimeouts.sum()),
          new Count<>("ssl.handshake", c -> c.handshakes.sum()),
          new Count<>("ssl.connection_error", c -> c.handshakeErrors.sum()));

  @Override
  public void connectionOpened() {
    connections.increment();
    active.increment();
  }

  @Override
  public void connectionClosed() {
    destroyed.increment();
    active.decrement();
  }

  @Override
  public void connectionLimited() {
    limited.increment();
  }

  @Override
  public void connectionShed() {
    shed.increment();
  }

  @Override
  public void connectionRejected() {
    rejected.increment();
  }

  @Override
  public void noFilterChainMatch() {
    noChain.increment();
  }

  @Override
  public void preConnectionTimeout() {
    preTimeouts.increment();
  }

  @Override
  public void handshake() {
    handshakes.increment();
  }

  @Override
  public void handshakeFailed() {
    handshakeErrors.increment();
  }
}
