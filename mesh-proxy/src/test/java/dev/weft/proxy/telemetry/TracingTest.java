package dev.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.TestExchange;
import dev.weft.xds.model.Listener.TrafficDirection;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class TracingTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String PARENT = "00-" + TRACE + "-00f067aa0ba902b7-01";

  private static Http2Headers request() {
    return new DefaultHttp2Headers(false).method("GET").path("/cart?id=1").authority("cart.shop");
  }

  @Test
  void withoutAnExporterTheHeadersPassThrough() {
    try (TracingSetup setup = TracingSetup.of(Map.of(), "cart.shop")) {
      Tracing tracing = setup.of(TrafficDirection.INBOUND);
      Tracing.Span carried = tracing.start(request().add("traceparent", PARENT));
      assertThat(carried.traceId()).isEqualTo(TRACE);
      Http2Headers upstream = request().add("traceparent", PARENT);
      carried.inject(upstream);
      assertThat(upstream.get("traceparent")).hasToString(PARENT);
      assertThat(tracing.start(request()).traceId()).isNull();
      assertThat(setup.of(TrafficDirection.OUTBOUND)).isInstanceOf(PassThroughTracing.class);
    }
  }

  @Test
  void variablesThatSwitchTracingOffAreObeyed() {
    for (Map<String, String> off :
        List.of(
            Map.of("OTEL_TRACES_EXPORTER", "none", "OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:1"),
            Map.of("OTEL_SDK_DISABLED", "true", "OTEL_TRACES_EXPORTER", "otlp"))) {
      try (TracingSetup setup = TracingSetup.of(off, "x")) {
        assertThat(setup.of(TrafficDirection.INBOUND)).isInstanceOf(PassThroughTracing.class);
      }
    }
  }

  @Test
  void aSpanContinuesTheTraceAndDescribesTheExchange() {
    List<SpanData> exported = new CopyOnWriteArrayList<>();
    OpenTelemetrySdk sdk =
        OpenTelemetrySdk.builder()
            .setTracerProvider(
                SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(new Collecting(exported)))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    Http2Headers request = request().add("traceparent", PARENT);

    Tracing.Span span = new OpenTelemetryTracing(sdk, SpanKind.CLIENT).start(request);
    Http2Headers upstream = request().add("traceparent", PARENT);
    span.inject(upstream);
    span.end(new TestExchange(request, new DefaultHttp2Headers(false).status("503")));

    assertThat(span.traceId()).isEqualTo(TRACE);
    assertThat(upstream.getAll("traceparent")).hasSize(1);
    assertThat(upstream.get("traceparent").toString())
        .startsWith("00-" + TRACE)
        .isNotEqualTo(PARENT);
    SpanData data = exported.getFirst();
    assertThat(data.getParentSpanId()).isEqualTo("00f067aa0ba902b7");
    assertThat(data.getKind()).isEqualTo(SpanKind.CLIENT);
    assertThat(data.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
    Map<String, Object> attributes = new HashMap<>();
    data.getAttributes().forEach((key, value) -> attributes.put(key.getKey(), value));
    assertThat(attributes)
        .containsEntry("url.path", "/cart") // without its query, which may hold secrets
        .containsEntry("http.response.status_code", 503L)
        .containsEntry("weft.cluster", "cart.shop/http")
        .containsEntry("weft.response_flags", "URX,UF");
    sdk.close();
  }

  private record Collecting(List<SpanData> spans) implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> batch) {
      spans.addAll(batch);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
