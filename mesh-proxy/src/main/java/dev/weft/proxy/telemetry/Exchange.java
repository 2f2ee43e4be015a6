package dev.weft.proxy.telemetry;

import dev.weft.proxy.stream.ConnectionInfo;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know about a request, or about a relayed TCP connection, when it is over. Read
 * only, valid during the call it is given to.
 */
public interface Exchange {
  /** The connection it came on; its peer is the client's identity. */
  ConnectionInfo downstream();

  /** The listener it came to. */
  String listener();

  /** The stat_prefix of its connection manager or TCP relay. */
  String statPrefix();

  /**
   * The request as it went, or would have gone, to the endpoint: with the headers that the proxy
   * set and after rewrites ({@code x-envoy-original-path} has the path that was asked for); null
   * for TCP.
   */
  @Nullable Http2Headers requestHeaders();

  /** The response as sent; null if none was begun, and for TCP. */
  @Nullable Http2Headers responseHeaders();

  /** The trailers as sent; null for none. */
  @Nullable Http2Headers responseTrailers();

  /** The status sent, 0 if no response was begun, and for TCP. */
  int status();

  /** The gRPC status sent to the client, -1 if none. */
  int grpcStatus();

  /** A set of {@link dev.weft.proxy.error.ResponseFlag} bits. */
  int flags();

  /** Envoy's {@code RESPONSE_CODE_DETAILS}, such as {@code via_upstream}; null for TCP. */
  @Nullable String details();

  /** The id in {@code x-request-id}; null if there is none. */
  @Nullable CharSequence requestId();

  /** The route's name; null if no route matched, empty if it has none. */
  @Nullable String routeName();

  /** The virtual host's name; null if no route matched. */
  @Nullable String virtualHost();

  /** The cluster chosen; null if none was. */
  @Nullable String cluster();

  /** The endpoint of the last try; null if none was picked. */
  @Nullable InetSocketAddress endpoint();

  /** The connection of the last try; null if none was open. */
  @Nullable ConnectionInfo upstream();

  /** How many tries were made. */
  int attempts();

  /** When it began, as milliseconds since 1970. */
  long startMillis();

  /** How long it took. */
  long durationNanos();

  /** From its beginning to the first byte of the response from upstream; -1 if none came. */
  long firstByteNanos();

  /** From its beginning to the complete request; -1 if it never was complete. */
  long requestCompleteNanos();

  /** Body bytes received from the client. */
  long receivedBytes();

  /** Body bytes sent to the client. */
  long sentBytes();

  /** Its span. */
  Tracing.Span span();
}
