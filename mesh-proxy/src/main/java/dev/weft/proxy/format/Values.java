package dev.weft.proxy.format;

import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.format.ConnectionValues.Form;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.format.FormatText.Command;
import dev.weft.xds.format.TimePattern;
import dev.weft.xds.model.MetadataKind;
import java.net.InetSocketAddress;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What each operator stands for. */
final class Values {
  private static final Function<Exchange, @Nullable ConnectionInfo> DOWNSTREAM =
      Exchange::downstream;
  private static final Function<Exchange, @Nullable ConnectionInfo> UPSTREAM = Exchange::upstream;

  private Values() {}

  static Value compile(Command command) {
    String operand = command.text();
    return switch (command.operator()) {
      case REQ, REQUEST_HEADER -> HeaderValues.ofRequest(operand);
      case RESP, RESPONSE_HEADER -> HeaderValues.ofAnswer(operand);
      case TRAILER, RESPONSE_TRAILER -> HeaderValues.ofTrailers(operand);
      case REQ_WITHOUT_QUERY -> HeaderValues.withoutQuery(HeaderValues.ofRequest(operand));
      case PATH -> HeaderValues.path(operand);
      case QUERY_PARAM -> HeaderValues.queryParameter(operand);
      case QUERY_PARAMS -> HeaderValues.query();
      case REQUEST_HEADERS_BYTES -> HeaderValues.size(Exchange::requestHeaders);
      case RESPONSE_HEADERS_BYTES -> HeaderValues.size(Exchange::responseHeaders);
      case RESPONSE_TRAILERS_BYTES -> HeaderValues.size(Exchange::responseTrailers);
      case ENVIRONMENT -> constant(Objects.requireNonNullElse(System.getenv(operand), "-"));
      case HOSTNAME -> constant(Host.name());
      case LISTENER_NAME -> exchange -> orNull(exchange.listener());
      case SPAN_ID -> exchange -> exchange.span().spanId();
      case CUSTOM_FLAGS -> constant(""); // no filter here sets one
      // Of QUIC, and of addresses that are none of the network.
      case ROUNDTRIP_DURATION -> constant(null);
      case BYTES_RETRANSMITTED, PACKETS_RETRANSMITTED -> exchange -> 0L;
      case DOWNSTREAM_LOCAL_ADDRESS_ENDPOINT_ID,
          DOWNSTREAM_DIRECT_LOCAL_ADDRESS_ENDPOINT_ID,
          UPSTREAM_REMOTE_ADDRESS_ENDPOINT_ID ->
          constant("");
      case UPSTREAM_HOSTS_ATTEMPTED ->
          connected(ConnectionValues.address(Exchange::endpoint, Form.WHOLE));
      case UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT ->
          connected(ConnectionValues.address(Exchange::endpoint, Form.HOST));
      case UPSTREAM_HOST_NAMES_ATTEMPTED -> connected(ConnectionValues.endpointName(false));
      case UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT ->
          connected(ConnectionValues.endpointName(true));
      case UPSTREAM_CONNECTION_IDS_ATTEMPTED ->
          exchange -> exchange.upstream() == null ? null : exchange.upstream().id();
      case UPSTREAM_SERVER_NAME ->
          exchange -> exchange.upstream() == null ? null : exchange.upstream().serverName();
      case START_TIME -> start(operand, ZoneOffset.UTC);
      case START_TIME_LOCAL -> start(operand, ZoneId.systemDefault());
      case EMIT_TIME -> now(operand, ZoneOffset.UTC);
      case EMIT_TIME_LOCAL -> now(operand, ZoneId.systemDefault());
      case COMMON_DURATION -> Durations.common(operand);
      case DURATION -> exchange -> Durations.millis(exchange.durationNanos());
      case REQUEST_DURATION -> exchange -> Durations.millis(exchange.requestCompleteNanos());
      case REQUEST_TX_DURATION -> Durations.common("DS_RX_BEG:US_TX_END:ms");
      case RESPONSE_DURATION -> exchange -> Durations.millis(exchange.firstByteNanos());
      case RESPONSE_TX_DURATION -> Durations.common("US_RX_BEG:DS_TX_END:ms");
      case BYTES_RECEIVED -> Exchange::receivedBytes;
      case BYTES_SENT -> Exchange::sentBytes;
      case PROTOCOL ->
          exchange ->
              exchange.requestHeaders() == null
                  ? null
                  : exchange.http10() ? "HTTP/1.0" : protocol(exchange.downstream().http2());
      case RESPONSE_CODE -> Exchange::status;
      case RESPONSE_CODE_DETAILS -> details(operand.isEmpty());
      case CONNECTION_TERMINATION_DETAILS -> Exchange::terminationDetails;
      case RESPONSE_FLAGS -> exchange -> flags(exchange, ResponseFlag::code);
      case RESPONSE_FLAGS_LONG -> exchange -> flags(exchange, ResponseFlag::longName);
      case GRPC_STATUS -> grpcStatus(operand);
      case GRPC_STATUS_NUMBER -> grpcStatus("NUMBER");
      case ROUTE_NAME -> exchange -> orNull(exchange.routeName());
      case VIRTUAL_CLUSTER_NAME -> Exchange::virtualCluster;
      case FILTER_CHAIN_NAME -> exchange -> orNull(exchange.filterChain());
      case ACCESS_LOG_TYPE -> Exchange::logType;
      case LOCAL_REPLY_BODY -> Exchange::localReplyBody;
      case CONNECTION_ID -> exchange -> exchange.downstream().id();
      case STREAM_ID -> Exchange::requestId;
      case UNIQUE_ID -> exchange -> uuid();
      case TRACE_ID -> exchange -> exchange.span().traceId();
      case REQUESTED_SERVER_NAME -> serverName(operand);
      case DYNAMIC_METADATA -> metadata(MetadataKind.REQUEST, operand);
      case CLUSTER_METADATA -> metadata(MetadataKind.CLUSTER, operand);
      case UPSTREAM_METADATA -> metadata(MetadataKind.HOST, operand);
      case METADATA -> metadata(operand);
      case UPSTREAM_PROTOCOL ->
          exchange -> {
            ConnectionInfo upstream = exchange.upstream();
            return upstream == null || exchange.requestHeaders() == null
                ? null
                : protocol(upstream.http2());
          };
      case UPSTREAM_HOST -> ConnectionValues.address(Exchange::endpoint, Form.WHOLE);
      case UPSTREAM_REMOTE_ADDRESS -> ConnectionValues.address(Exchange::connectedTo, Form.WHOLE);
      case UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT ->
          ConnectionValues.address(Exchange::connectedTo, Form.HOST);
      case UPSTREAM_REMOTE_PORT -> ConnectionValues.address(Exchange::connectedTo, Form.PORT);
      case UPSTREAM_HOST_NAME -> ConnectionValues.endpointName(false);
      case UPSTREAM_HOST_NAME_WITHOUT_PORT -> ConnectionValues.endpointName(true);
      case UPSTREAM_CLUSTER -> Exchange::shownCluster;
      case UPSTREAM_CLUSTER_RAW -> Exchange::cluster;
      case UPSTREAM_CONNECTION_ID ->
          exchange -> exchange.upstream() == null ? 0L : exchange.upstream().id();
      case UPSTREAM_REQUEST_ATTEMPT_COUNT -> Exchange::attempts;
      case UPSTREAM_TRANSPORT_FAILURE_REASON -> Exchange::upstreamTransportFailure;
      case DOWNSTREAM_TRANSPORT_FAILURE_REASON -> Exchange::downstreamTransportFailure;
      case UPSTREAM_LOCAL_ADDRESS ->
          ConnectionValues.address(ConnectionValues.local(UPSTREAM), Form.WHOLE);
      case UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT ->
          ConnectionValues.address(ConnectionValues.local(UPSTREAM), Form.HOST);
      case UPSTREAM_LOCAL_PORT ->
          ConnectionValues.address(ConnectionValues.local(UPSTREAM), Form.PORT);
      case DOWNSTREAM_LOCAL_ADDRESS ->
          ConnectionValues.address(ConnectionValues.local(DOWNSTREAM), Form.WHOLE);
      case DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT ->
          ConnectionValues.address(ConnectionValues.local(DOWNSTREAM), Form.HOST);
      case DOWNSTREAM_LOCAL_PORT ->
          ConnectionValues.address(ConnectionValues.local(DOWNSTREAM), Form.PORT);
      case DOWNSTREAM_DIRECT_LOCAL_ADDRESS ->
          ConnectionValues.address(Values::directLocal, Form.WHOLE);
      case DOWNSTREAM_DIRECT_LOCAL_ADDRESS_WITHOUT_PORT ->
          ConnectionValues.address(Values::directLocal, Form.HOST);
      case DOWNSTREAM_DIRECT_LOCAL_PORT -> ConnectionValues.address(Values::directLocal, Form.PORT);
      case DOWNSTREAM_REMOTE_ADDRESS -> ConnectionValues.address(Exchange::client, Form.WHOLE);
      case DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT ->
          ConnectionValues.address(Exchange::client, Form.HOST);
      case DOWNSTREAM_REMOTE_PORT -> ConnectionValues.address(Exchange::client, Form.PORT);
      case DOWNSTREAM_DIRECT_REMOTE_ADDRESS -> ConnectionValues.address(Values::peer, Form.WHOLE);
      case DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT ->
          ConnectionValues.address(Values::peer, Form.HOST);
      case DOWNSTREAM_DIRECT_REMOTE_PORT -> ConnectionValues.address(Values::peer, Form.PORT);
      case UPSTREAM_TLS_VERSION,
          UPSTREAM_TLS_CIPHER,
          UPSTREAM_TLS_SESSION_ID,
          UPSTREAM_PEER_SUBJECT,
          UPSTREAM_PEER_ISSUER,
          UPSTREAM_PEER_CERT,
          UPSTREAM_PEER_CERT_V_START,
          UPSTREAM_PEER_CERT_V_END,
          UPSTREAM_PEER_URI_SAN,
          UPSTREAM_PEER_DNS_SAN,
          UPSTREAM_PEER_IP_SAN,
          UPSTREAM_LOCAL_URI_SAN,
          UPSTREAM_LOCAL_DNS_SAN,
          UPSTREAM_LOCAL_IP_SAN ->
          TlsValues.compile(command.operator().name().substring(9), operand, UPSTREAM);
      case DOWNSTREAM_TLS_VERSION,
          DOWNSTREAM_TLS_CIPHER,
          DOWNSTREAM_TLS_SESSION_ID,
          DOWNSTREAM_PEER_SUBJECT,
          DOWNSTREAM_PEER_ISSUER,
          DOWNSTREAM_PEER_SERIAL,
          DOWNSTREAM_PEER_FINGERPRINT_256,
          DOWNSTREAM_PEER_FINGERPRINT_1,
          DOWNSTREAM_PEER_CERT,
          DOWNSTREAM_PEER_CERT_V_START,
          DOWNSTREAM_PEER_CERT_V_END,
          DOWNSTREAM_PEER_URI_SAN,
          DOWNSTREAM_PEER_DNS_SAN,
          DOWNSTREAM_PEER_IP_SAN,
          DOWNSTREAM_PEER_EMAIL_SAN,
          DOWNSTREAM_LOCAL_SUBJECT,
          DOWNSTREAM_LOCAL_URI_SAN,
          DOWNSTREAM_LOCAL_DNS_SAN,
          DOWNSTREAM_LOCAL_IP_SAN,
          DOWNSTREAM_LOCAL_EMAIL_SAN ->
          TlsValues.compile(command.operator().name().substring(11), operand, DOWNSTREAM);
    };
  }

  private static InetSocketAddress directLocal(Exchange exchange) {
    return exchange.downstream().directLocal();
  }

  private static InetSocketAddress peer(Exchange exchange) {
    return exchange.downstream().directRemote();
  }

  /**
   * A value that there is with a connection only: in spite of their names these operators know the
   * last try, and that only if it was connected, as with Envoy.
   */
  private static Value connected(Value value) {
    return exchange -> exchange.upstream() == null ? null : value.of(exchange);
  }

  private static Value constant(@Nullable String text) {
    return exchange -> text;
  }

  private static @Nullable String orNull(@Nullable String text) {
    return text == null || text.isEmpty() ? null : text;
  }

  private static String protocol(boolean http2) {
    return http2 ? "HTTP/2" : "HTTP/1.1";
  }

  private static Value start(String pattern, ZoneId zone) {
    TimePattern compiled = TimePattern.compile(pattern);
    return exchange -> time(compiled, exchange.startMillis(), zone);
  }

  private static Value now(String pattern, ZoneId zone) {
    TimePattern compiled = TimePattern.compile(pattern);
    return exchange -> time(compiled, System.currentTimeMillis(), zone);
  }

  private static String time(TimePattern pattern, long millis, ZoneId zone) {
    StringBuilder out = new StringBuilder(32);
    pattern.write(millis, 0, zone, out);
    return out.toString();
  }

  /** As they are set: a request runs out of tries first, a relay fails to connect first. */
  private static String flags(Exchange exchange, Function<ResponseFlag, String> name) {
    return ResponseFlag.format(exchange.flags(), exchange.requestHeaders() != null, name);
  }

  private static Value details(boolean withoutBlanks) {
    return exchange -> {
      String details = exchange.details();
      return details == null || !withoutBlanks ? details : details.replace(' ', '_');
    };
  }

  /** Of requests that are gRPC only; where none came it is what the HTTP status stands for. */
  private static Value grpcStatus(String form) {
    return exchange -> {
      var request = exchange.requestHeaders();
      if (request == null || !GrpcStatus.isGrpc(request) || exchange.status() == 0) {
        return null;
      }
      int status = exchange.grpcStatus();
      if (status < 0) {
        status = GrpcStatus.ofHttp(exchange.status());
      }
      return switch (form) {
        case "NUMBER" -> status;
        case "SNAKE_STRING" -> GrpcStatus.snake(status);
        default -> GrpcStatus.camel(status);
      };
    };
  }

  private static Value serverName(String operand) {
    Value host = HeaderValues.host(operand.contains(":") ? operand.split(":")[1] : "ORIG_OR_HOST");
    Value sni = exchange -> orNull(exchange.downstream().serverName());
    return switch (operand.split(":")[0].toUpperCase(Locale.ROOT)) {
      case "HOST_ONLY" -> host;
      case "HOST_FIRST" -> either(host, sni);
      case "SNI_FIRST" -> either(sni, host);
      default -> sni;
    };
  }

  private static Value either(Value one, Value other) {
    return exchange -> {
      Object first = one.of(exchange);
      return first == null ? other.of(exchange) : first;
    };
  }

  private static Value metadata(MetadataKind kind, String operand) {
    return new MetadataPlace(kind, List.of(operand.split(":")))::value;
  }

  /** {@code KIND:NAMESPACE:KEY...}. */
  private static Value metadata(String operand) {
    int colon = operand.indexOf(':');
    MetadataKind kind =
        switch (operand.substring(0, colon)) {
          case "ROUTE" -> MetadataKind.ROUTE;
          case "CLUSTER" -> MetadataKind.CLUSTER;
          case "UPSTREAM_HOST" -> MetadataKind.HOST;
          default -> MetadataKind.REQUEST;
        };
    return metadata(kind, operand.substring(colon + 1));
  }

  private static String uuid() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    return new UUID(
            random.nextLong() & ~0xF000L | 0x4000L,
            random.nextLong() & ~(0xC000L << 48) | 0x8000L << 48)
        .toString();
  }
}
