package dev.weft.proxy.http;

import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.Tunnel;
import dev.weft.proxy.telemetry.HttpStats;
import org.jspecify.annotations.Nullable;

/** How an upgraded stream ends: over HTTP/1.1 nothing but the connection's end can say so. */
final class UpgradeEnd {
  private static final ProxyError CLOSED = new ProxyError(Kind.UPSTREAM_CLOSED, "the end of bytes");

  private UpgradeEnd() {}

  /**
   * Notes how an answer ended, as Envoy's logs and statistics have it.
   *
   * @param granted otherwise nothing but the end of the connection ends the request
   * @param client whether the client's connection ended before the endpoint's
   * @param protocol what the client asked to go on with
   */
  static void note(
      ExchangeRecord record,
      boolean granted,
      boolean client,
      @Nullable CharSequence protocol,
      HttpStats stats) {
    if (!granted || client) {
      if (!record.downstream().http2()) {
        stats.receivedReset();
        if (granted) {
          ClientReset.note(record, ResetReason.CONNECTION_LOST, false, true);
        }
      }
    } else if (!isTcp(record, protocol) && !isHttp2(record.upstream())) {
      stats.sentReset();
      stats.receivedReset();
      record.flags |= CLOSED.kind().flagBits();
      record.details = LocalReply.of(CLOSED).detailsOfCut();
    }
  }

  private static boolean isTcp(ExchangeRecord record, @Nullable CharSequence protocol) {
    return Tunnel.is(protocol)
        && record.route != null
        && record.route.action() instanceof Forwarding forwarding
        && forwarding.terminatesConnect();
  }

  private static boolean isHttp2(@Nullable ConnectionInfo connection) {
    return connection != null && connection.http2();
  }

  /** Whether it lasted as long as it may, and nothing of it is broken. */
  static boolean isExpiry(Kind failure) {
    return switch (failure) {
      case REQUEST_IDLE, RESPONSE_IDLE, MAX_DURATION, MAX_REQUEST_DURATION -> true;
      default -> false;
    };
  }
}
