package dev.weft.control.xds;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;

/**
 * Probes a connection by HTTP/2 pings: one whose peer is gone without a word (a host that lost its
 * power) ends after two intervals, and with it its streams. Confined to the connection's event
 * loop.
 */
final class KeepAlive {
  private final HttpConnection connection;
  private boolean unanswered;

  private KeepAlive(HttpConnection connection) {
    this.connection = connection;
  }

  static void on(Vertx vertx, HttpConnection connection, Duration interval) {
    KeepAlive probe = new KeepAlive(connection);
    long timer = vertx.setPeriodic(interval.toMillis(), id -> probe.probe());
    connection.closeHandler(v -> vertx.cancelTimer(timer));
  }

  private void probe() {
    if (unanswered) {
      connection.close();
      return;
    }
    unanswered = true;
    connection.ping(Buffer.buffer("weftping")).onSuccess(pong -> unanswered = false);
  }
}
