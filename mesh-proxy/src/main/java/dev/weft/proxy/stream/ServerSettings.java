package dev.weft.proxy.stream;

import dev.weft.xds.model.Http1Settings;
import dev.weft.xds.model.Http2Keepalive;
import dev.weft.xds.model.HttpConnectionManager;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Limits of an accepted HTTP connection.
 *
 * @param maxHeaderBytes of one header section, names and values, request line included
 * @param maxHeaders lines of one header section
 * @param maxConcurrentStreams of an HTTP/2 connection; more are refused
 * @param maxRequests after this many the connection drains; 0 for no limit
 * @param headersTimeout from the first byte of a head to its end; zero for none
 * @param idleTimeout without a request; zero for none
 * @param delayedClose how long a connection that is given up stays open; zero closes at once
 * @param extendedConnect whether HTTP/2 clients are offered upgrades (RFC 8441)
 * @param http1 what is taken over HTTP/1 besides HTTP/1.1
 * @param pings by which an HTTP/2 connection finds out that its client is gone; null for none
 */
public record ServerSettings(
    int maxHeaderBytes,
    int maxHeaders,
    int maxConcurrentStreams,
    int maxRequests,
    Duration headersTimeout,
    Duration idleTimeout,
    Duration delayedClose,
    boolean extendedConnect,
    Http1Settings http1,
    @Nullable Http2Keepalive pings) {
  /** Without PINGs. */
  public ServerSettings(
      int maxHeaderBytes,
      int maxHeaders,
      int maxConcurrentStreams,
      int maxRequests,
      Duration headersTimeout,
      Duration idleTimeout,
      Duration delayedClose,
      boolean extendedConnect,
      Http1Settings http1) {
    this(
        maxHeaderBytes,
        maxHeaders,
        maxConcurrentStreams,
        maxRequests,
        headersTimeout,
        idleTimeout,
        delayedClose,
        extendedConnect,
        http1,
        null);
  }

  /** What a connection manager asks for. */
  public static ServerSettings of(HttpConnectionManager manager) {
    return new ServerSettings(
        manager.maxRequestHeadersKb() * 1024,
        manager.maxRequestHeadersCount(),
        manager.maxConcurrentStreams(),
        manager.maxRequestsPerConnection(),
        soonest(
            manager.requestHeadersTimeout(), manager.requestTimeout(), manager.streamIdleTimeout()),
        manager.idleTimeout(),
        manager.delayedCloseTimeout(),
        manager.allowConnect(),
        manager.http1(),
        manager.pings());
  }

  /** A head is the beginning of a request, which has its own times: it may take no longer. */
  private static Duration soonest(Duration... timeouts) {
    return Stream.of(timeouts)
        .filter(Duration::isPositive)
        .min(Comparator.naturalOrder())
        .orElse(Duration.ZERO);
  }
}
