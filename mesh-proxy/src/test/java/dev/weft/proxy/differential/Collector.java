package dev.weft.proxy.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.RecordingUpstream;
import io.netty.handler.ssl.SslContext;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Takes spans by OTLP, and keeps them. */
final class Collector implements AutoCloseable {
  private static final int PREFIX = 5;

  private record Got(String how, Resource resource, Span span) {}

  private final RecordingUpstream endpoint;
  private final List<Got> spans = new ArrayList<>();

  /**
   * @param grpc whether it speaks gRPC, and not protobuf by HTTP/1.1
   * @param tls null for plaintext
   */
  Collector(Vertx vertx, boolean grpc, SslContext tls) {
    endpoint = new RecordingUpstream(vertx, grpc, tls, 0).onEnd(arrival -> onExport(arrival, grpc));
  }

  int port() {
    return endpoint.port();
  }

  private void onExport(Arrival arrival, boolean grpc) {
    byte[] body = arrival.body().getBytes(ISO_8859_1);
    try {
      ByteString message = ByteString.copyFrom(body).substring(grpc ? PREFIX : 0);
      take(arrival, ExportTraceServiceRequest.parseFrom(message));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
    if (grpc) {
      arrival.head(200, "content-type", "application/grpc");
      arrival.data("\0\0\0\0\0", false);
      arrival.trailers("grpc-status", "0");
    } else {
      arrival.answer(200, "");
    }
  }

  private synchronized void take(Arrival arrival, ExportTraceServiceRequest message) {
    String how =
        arrival.method()
            + " "
            + arrival.header(":authority")
            + arrival.path()
            + " "
            + arrival.header("content-type")
            + " "
            + arrival.headers("x-added");
    for (ResourceSpans of : message.getResourceSpansList()) {
      for (ScopeSpans scope : of.getScopeSpansList()) {
        scope.getSpansList().forEach(span -> spans.add(new Got(how, of.getResource(), span)));
      }
    }
  }

  synchronized void begin() {
    spans.clear();
  }

  private synchronized List<Got> got() {
    return List.copyOf(spans);
  }

  synchronized int count() {
    return spans.size();
  }

  /**
   * A block of lines for each span.
   *
   * @param sent the ids of spans that endpoints were told of
   */
  List<String> texts(Set<String> sent, Masks masks) {
    Map<String, String> names = new HashMap<>();
    got().forEach(one -> names.put(hex(one.span().getSpanId()), one.span().getName()));
    return got().stream().map(one -> text(one, names, sent, masks)).sorted().toList();
  }

  private static String text(Got got, Map<String, String> names, Set<String> sent, Masks masks) {
    Span span = got.span();
    StringBuilder text = new StringBuilder();
    String id = hex(span.getSpanId());
    String parent = hex(span.getParentSpanId());
    text.append(masks.line("\"" + span.getName() + "\" ")).append(span.getKind()).append('\n');
    text.append("  by ").append(masks.line(got.how())).append('\n');
    text.append("  trace ").append(masks.traceId(hex(span.getTraceId())));
    text.append(sent.contains(id) ? ", told to an endpoint" : "").append('\n');
    text.append("  parent ");
    String unknown = sent.contains(parent) ? "not recorded, told to an endpoint" : parent;
    text.append(parent.isEmpty() ? "none" : masks.line(names.getOrDefault(parent, unknown)));
    text.append("\n  state \"").append(span.getTraceState()).append("\", flags 0x");
    text.append(Integer.toHexString(span.getFlags())).append(", ");
    StatusCode status = span.getStatus().getCode();
    text.append(status).append('\n');
    text.append(attributes(span.getAttributesList(), masks));
    span.getEventsList()
        .forEach(event -> text.append("    @").append(event.getName()).append('\n'));
    text.append("  of\n").append(attributes(got.resource().getAttributesList(), masks));
    return text.toString();
  }

  private static String attributes(List<KeyValue> attributes, Masks masks) {
    return attributes.stream()
        .map(
            one ->
                "    "
                    + one.getKey()
                    + "="
                    + masks.attribute(one.getKey(), one.getValue().getStringValue())
                    + "\n")
        .sorted()
        .collect(Collectors.joining());
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  @Override
  public void close() {
    endpoint.close();
  }
}
