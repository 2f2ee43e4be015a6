package dev.weft.proxy.otlp;

import com.google.protobuf.ByteString;
import dev.weft.proxy.tracing.SpanData;
import dev.weft.xds.model.SpanExport;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Span.SpanKind;
import io.opentelemetry.proto.trace.v1.SpanFlags;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.Status.StatusCode;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The messages that carry spans.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/">OTLP</a>
 */
final class OtlpMessages {
  private static final String NAME = "service.name";
  private static final String UNKNOWN = "unknown_service:weft";
  private static final String VARIABLE = "OTEL_RESOURCE_ATTRIBUTES";
  private static final int SAMPLED = 1;

  private final Resource resource;
  private final InstrumentationScope scope;

  /**
   * @param version of this program
   * @param environment gives variables, null for those that are not set
   */
  OtlpMessages(SpanExport export, String version, UnaryOperator<@Nullable String> environment) {
    Map<String, String> attributes = new LinkedHashMap<>();
    attributes.put("telemetry.sdk.name", "weft");
    attributes.put("telemetry.sdk.language", "java");
    attributes.put("telemetry.sdk.version", version);
    attributes.put(NAME, export.serviceName().isEmpty() ? UNKNOWN : export.serviceName());
    for (SpanExport.Resource source : export.resource()) {
      switch (source) {
        case SpanExport.Fixed(Map<String, String> fixed) -> attributes.putAll(fixed);
        case SpanExport.Environment() -> attributes.putAll(parse(environment.apply(VARIABLE)));
      }
    }
    Resource.Builder built = Resource.newBuilder();
    attributes.forEach((key, value) -> built.addAttributes(attribute(key, value)));
    resource = built.build();
    scope = InstrumentationScope.newBuilder().setName("weft").setVersion(version).build();
  }

  /** {@code key=value} with commas between; what is not of that form is left out. */
  private static Map<String, String> parse(@Nullable String list) {
    Map<String, String> attributes = new LinkedHashMap<>();
    for (String pair : list == null ? new String[0] : list.split(",")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        attributes.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
      }
    }
    return attributes;
  }

  /** A message with spans. */
  ExportTraceServiceRequest of(List<SpanData> spans) {
    ScopeSpans.Builder all = ScopeSpans.newBuilder().setScope(scope);
    spans.forEach(span -> all.addSpans(span(span)));
    return ExportTraceServiceRequest.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().setResource(resource).addScopeSpans(all))
        .build();
  }

  private static Span span(SpanData data) {
    int flags = SAMPLED | SpanFlags.SPAN_FLAGS_CONTEXT_HAS_IS_REMOTE_MASK_VALUE;
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(id(data.traceHigh(), data.traceLow()))
            .setSpanId(id(data.id()))
            .setTraceState(data.state())
            .setName(data.name())
            .setKind(data.client() ? SpanKind.SPAN_KIND_CLIENT : SpanKind.SPAN_KIND_SERVER)
            .setStartTimeUnixNano(data.startNanos())
            .setEndTimeUnixNano(data.endNanos());
    if (data.parent() != 0) {
      span.setParentSpanId(id(data.parent()));
    }
    if (data.remoteParent()) {
      flags |= SpanFlags.SPAN_FLAGS_CONTEXT_IS_REMOTE_MASK_VALUE;
    }
    span.setFlags(flags);
    data.attributes().forEach((key, value) -> span.addAttributes(attribute(key, value)));
    for (SpanData.Event event : data.events()) {
      span.addEventsBuilder().setName(event.name()).setTimeUnixNano(event.nanos());
    }
    if (data.failed()) {
      span.setStatus(Status.newBuilder().setCode(StatusCode.STATUS_CODE_ERROR));
    }
    return span.build();
  }

  private static ByteString id(long... parts) {
    ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES * parts.length);
    for (long part : parts) {
      bytes.putLong(part);
    }
    return ByteString.copyFrom(bytes.flip());
  }

  private static KeyValue attribute(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }
}
