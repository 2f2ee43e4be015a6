package dev.weft.proxy.telemetry;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.tls.PeerIdentity;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Locale;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One of Envoy's command operators, such as {@code %REQ(X-ID?:PATH):20%}. */
@FunctionalInterface
interface LogOperator {
  /** A number, a text, or null if there is nothing to show. */
  @Nullable Object value(Exchange exchange);

  /**
   * Compiles what stands between the percent signs.
   *
   * @throws IllegalArgumentException naming it, if it is unknown
   */
  static LogOperator parse(String text) {
    int open = text.indexOf('(');
    if (open < 0) {
      return plain(text);
    }
    int close = text.lastIndexOf(')');
    if (close < open) {
      throw unknown(text);
    }
    String name = text.substring(0, open);
    String argument = text.substring(open + 1, close);
    if (name.equals("START_TIME")) {
      throw new IllegalArgumentException(
          "access log: %START_TIME% takes no format here; it is ISO 8601 with milliseconds");
    }
    Function<Exchange, @Nullable Http2Headers> headers =
        switch (name) {
          case "REQ" -> Exchange::requestHeaders;
          case "RESP" -> Exchange::responseHeaders;
          case "TRAILER" -> Exchange::responseTrailers;
          default -> throw unknown(text);
        };
    int limit = limit(text, close);
    String[] names = argument.toLowerCase(Locale.ROOT).split("\\?", 2);
    return exchange -> {
      Http2Headers present = headers.apply(exchange);
      if (present == null) {
        return null;
      }
      CharSequence value = present.get(names[0]);
      if (value == null && names.length > 1) {
        value = present.get(names[1]);
      }
      return value == null || value.length() <= limit ? value : value.subSequence(0, limit);
    };
  }

  /** Where the operator that begins at this percent sign ends. */
  static int end(String format, int percent) {
    int close = format.indexOf('%', percent + 1);
    if (close < 0) {
      throw new IllegalArgumentException(
          "access log: the operator at character " + (percent + 1) + " is not closed by a %");
    }
    return close;
  }

  private static int limit(String text, int close) {
    if (close == text.length() - 1) {
      return Integer.MAX_VALUE;
    }
    try {
      if (text.charAt(close + 1) == ':') {
        return Integer.parseInt(text.substring(close + 2));
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("access log: no length after the colon of %" + text + "%");
    }
    throw unknown(text);
  }

  private static LogOperator plain(String name) {
    return switch (name) {
      case "START_TIME" -> exchange -> StartTime.text(exchange.startMillis());
      case "PROTOCOL" ->
          exchange ->
              exchange.requestHeaders() == null
                  ? null
                  : exchange.downstream().http2() ? "HTTP/2" : "HTTP/1.1";
      case "RESPONSE_CODE" -> Exchange::status;
      case "RESPONSE_CODE_DETAILS" -> Exchange::details;
      case "RESPONSE_FLAGS" -> exchange -> ResponseFlag.format(exchange.flags());
      case "GRPC_STATUS_NUMBER" ->
          exchange -> exchange.grpcStatus() < 0 ? null : exchange.grpcStatus();
      case "BYTES_RECEIVED" -> Exchange::receivedBytes;
      case "BYTES_SENT" -> Exchange::sentBytes;
      case "DURATION" -> exchange -> millis(exchange.durationNanos());
      case "REQUEST_DURATION" -> exchange -> millis(exchange.requestCompleteNanos());
      case "RESPONSE_DURATION" -> exchange -> millis(exchange.firstByteNanos());
      case "UPSTREAM_HOST" -> exchange -> address(exchange.endpoint());
      case "UPSTREAM_CLUSTER" -> Exchange::cluster;
      case "UPSTREAM_REQUEST_ATTEMPT_COUNT" -> Exchange::attempts;
      case "DOWNSTREAM_REMOTE_ADDRESS" -> exchange -> address(exchange.downstream().remote());
      case "DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT" ->
          exchange -> exchange.downstream().remote().getAddress().getHostAddress();
      case "DOWNSTREAM_LOCAL_ADDRESS" -> exchange -> address(exchange.downstream().local());
      case "REQUESTED_SERVER_NAME" -> exchange -> exchange.downstream().serverName();
      case "DOWNSTREAM_PEER_URI_SAN" ->
          exchange -> {
            PeerIdentity peer = exchange.downstream().peer();
            return peer == null || peer.uris().isEmpty() ? null : String.join(",", peer.uris());
          };
      case "DOWNSTREAM_PEER_SUBJECT" ->
          exchange -> {
            PeerIdentity peer = exchange.downstream().peer();
            return peer == null ? null : peer.subject();
          };
      case "ROUTE_NAME" -> Exchange::routeName;
      case "REQUEST_ID" -> Exchange::requestId;
      case "TRACE_ID" -> exchange -> exchange.span().traceId();
      default -> throw unknown(name);
    };
  }

  private static @Nullable Long millis(long nanos) {
    return nanos < 0 ? null : nanos / 1_000_000;
  }

  private static @Nullable String address(@Nullable InetSocketAddress address) {
    if (address == null) {
      return null;
    }
    String host =
        address.getAddress() == null
            ? address.getHostString()
            : address.getAddress().getHostAddress();
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  private static IllegalArgumentException unknown(String text) {
    return new IllegalArgumentException(
        "access log: %" + text + "% is no operator that Weft knows");
  }

  /** ISO 8601 in UTC with milliseconds. */
  final class StartTime {
    private static final DateTimeFormatter FORMAT =
        new DateTimeFormatterBuilder().appendInstant(3).toFormatter(Locale.ROOT);

    private StartTime() {}

    static String text(long millis) {
      return FORMAT.format(Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC));
    }
  }
}
