package dev.weft.proxy.telemetry;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.xds.model.MetadataKind;
import dev.weft.xds.model.MetadataValue;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What there is to know about a request, or about a relayed TCP connection: so far, or all of it
 * when it is over. Read only, valid during the call it is given to, on its event loop.
 */
public interface Exchange {
  /** The connection it came on; its peer is the client's identity. */
  ConnectionInfo downstream();

  /** Whether the request came by HTTP/1.0. */
  default boolean http10() {
    return false;
  }

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

  /** The same by the name that it has in logs. */
  default @Nullable String shownCluster() {
    return cluster();
  }

  /** The endpoint of the last try; null if none was picked. */
  @Nullable InetSocketAddress endpoint();

  /** The connection of the last try; null if none was open. */
  @Nullable ConnectionInfo upstream();

  /**
   * Which of its endpoint's addresses the connection of the last try leads to; null if none was
   * open.
   */
  default @Nullable InetSocketAddress connectedTo() {
    ConnectionInfo connection = upstream();
    return connection == null ? null : connection.directRemote();
  }

  /** How many tries were made. */
  int attempts();

  /** When it began, as milliseconds since 1970. */
  long startMillis();

  /** How long it took, or has taken so far. */
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

  /** Whether it is recorded, or its id says that it is. */
  default boolean traced() {
    return span().sampled();
  }

  /**
   * When something happened to it, in nanoseconds since its beginning; -1 if it has not, or is not
   * taken note of.
   */
  default long nanosAt(Moment moment) {
    return switch (moment) {
      case DS_RX_BEG -> 0;
      case DS_RX_END -> requestCompleteNanos();
      case US_RX_BEG -> firstByteNanos();
      case DS_TX_END -> durationNanos();
      case US_TX_BEG, US_TX_END, US_RX_END, DS_TX_BEG -> -1;
    };
  }

  /**
   * Who the client is: the other end of its connection, or whom a header that is trusted names,
   * then with port 0.
   */
  default InetSocketAddress client() {
    return downstream().remote();
  }

  /** The name of the filter chain that took its connection; null if it has none. */
  default @Nullable String filterChain() {
    return null;
  }

  /** Envoy's name of the occasion that a line is written for, such as {@code DownstreamEnd}. */
  default String logType() {
    return downstreamIsHttp() ? "DownstreamEnd" : "TcpConnectionEnd";
  }

  private boolean downstreamIsHttp() {
    return requestHeaders() != null;
  }

  /** The virtual cluster that the request counts for; null for none. */
  default @Nullable String virtualCluster() {
    return null;
  }

  /** The name of the endpoint that {@link #endpoint} is; null if it has none. */
  default @Nullable String endpointName() {
    return null;
  }

  /** Why TLS with an endpoint failed; null if it did not. */
  default @Nullable String upstreamTransportFailure() {
    return null;
  }

  /** Why TLS with the client failed; null if it did not. */
  default @Nullable String downstreamTransportFailure() {
    return null;
  }

  /** Why the client's connection was ended; null if it was not, for a reason of its own. */
  default @Nullable String terminationDetails() {
    return null;
  }

  /** Whether it only asked how the proxy is, as a filter found. */
  default boolean healthCheck() {
    return false;
  }

  /** The body of the proxy's own answer; empty if it gave none. */
  default String localReplyBody() {
    return "";
  }

  /**
   * What filters noted, by their namespaces: texts, numbers, booleans, and lists and maps of them.
   */
  default Map<String, ?> dynamicMetadata() {
    return Map.of();
  }

  /**
   * What is written on a thing that it has to do with, by namespaces; nothing of {@link
   * MetadataKind#REQUEST}, which is {@link #dynamicMetadata}.
   */
  default Map<String, Map<String, MetadataValue>> written(MetadataKind kind) {
    return Map.of();
  }
}
