package dev.weft.proxy.tracing;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.AddressText;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.Moment;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is noted of a try for a span of its own. Confined to its loop. */
final class TrySpan {
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
  private static final int SERVER_ERROR = 500;

  private final Object key;
  private final int number;
  private final InetSocketAddress endpoint;
  private final TraceContext context;
  private final long startNanos;
  private @Nullable Http2Headers response;
  private long answerNanos = -1;
  private int flags;
  private boolean failed;
  private boolean cut;
  private @Nullable String reason;

  /**
   * @param startNanos since the request began
   */
  TrySpan(
      Object key, int number, InetSocketAddress endpoint, TraceContext context, long startNanos) {
    this.key = key;
    this.number = number;
    this.endpoint = endpoint;
    this.context = context;
    this.startNanos = startNanos;
  }

  boolean is(Object other) {
    return key.equals(other);
  }

  TraceContext context() {
    return context;
  }

  long id() {
    return context.span();
  }

  long startNanos() {
    return startNanos;
  }

  boolean answered() {
    return response != null;
  }

  void answer(Http2Headers head, long nanos) {
    response = head;
    answerNanos = nanos;
  }

  void leave(boolean halfway) {
    cut = halfway;
  }

  void fail(int with, @Nullable String why) {
    flags = with;
    failed = why != null;
    cut = why == null;
    reason = why;
  }

  /**
   * Says what became of it.
   *
   * @param answers whether its answer is the client's
   */
  void describe(SpanAttributes attributes, Exchange exchange, boolean answers) {
    if (number > 1) {
      attributes.set("retry.count", Integer.toString(number - 1));
    }
    if (cut) {
      attributes.set("canceled", "true");
    }
    if (failed) {
      attributes.set("error", "true");
      attributes.set("error.reason", reason);
    }
    grpc(attributes, answers ? exchange.responseTrailers() : null, response);
    ConnectionInfo connection = exchange.upstream();
    attributes.set(
        "http.protocol", connection == null ? "-" : connection.http2() ? "HTTP/2" : "HTTP/1.1");
    String address = address(endpoint);
    attributes.set("upstream_address", address);
    attributes.set("peer.address", address);
    attributes.set("component", "proxy");
    cluster(attributes, exchange);
    int status = response == null ? 0 : status(response);
    attributes.set("http.status_code", Integer.toString(status));
    attributes.set("response_flags", ResponseFlag.format(flags));
    if (isError(status)) {
      attributes.set("error", "true");
    }
  }

  /** When it went and was answered, of what is known. */
  List<SpanData.Event> events(long start, Exchange exchange, boolean answers) {
    List<SpanData.Event> events = new ArrayList<>();
    add(events, Moment.US_TX_BEG, start, exchange.nanosAt(Moment.US_TX_BEG));
    add(events, Moment.US_TX_END, start, exchange.nanosAt(Moment.US_TX_END));
    add(events, Moment.US_RX_BEG, start, answerNanos);
    if (answers) {
      add(events, Moment.US_RX_END, start, exchange.nanosAt(Moment.US_RX_END));
    }
    return events;
  }

  private static void add(List<SpanData.Event> events, Moment moment, long start, long after) {
    if (after >= 0) {
      events.add(new SpanData.Event(RecordedSpan.Moments.name(moment), start + after));
    }
  }

  static int status(Http2Headers head) {
    CharSequence status = head.status();
    return status == null ? 0 : AsciiString.of(status).parseInt();
  }

  static String address(InetSocketAddress address) {
    if (address.getAddress() == null) {
      return address.getHostString() + ":" + address.getPort();
    }
    String host = AddressText.of(address.getAddress());
    return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
  }

  /** The cluster, if one was chosen. */
  static void cluster(SpanAttributes attributes, Exchange exchange) {
    attributes.set("upstream_cluster", exchange.cluster());
    attributes.set("upstream_cluster.name", exchange.shownCluster());
  }

  /** Whether a status says that something broke; 0 stands for none. */
  static boolean isError(int status) {
    return status == 0 || status >= SERVER_ERROR;
  }

  /** What gRPC says, in trailers or in a head that has all. */
  static void grpc(
      SpanAttributes attributes, @Nullable Http2Headers trailers, @Nullable Http2Headers head) {
    Http2Headers from = trailers != null && trailers.contains(GRPC_STATUS) ? trailers : head;
    CharSequence status = from == null ? null : from.get(GRPC_STATUS);
    if (from == null || status == null) {
      return;
    }
    attributes.set("grpc.status_code", status);
    attributes.set("grpc.message", from.get(GRPC_MESSAGE));
    if (SpanAttributes.isServerError(status.toString())) {
      attributes.set("error", "true");
    }
  }
}
