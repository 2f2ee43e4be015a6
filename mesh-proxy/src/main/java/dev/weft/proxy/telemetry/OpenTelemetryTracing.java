package dev.weft.proxy.telemetry;

import io.netty.handler.codec.http2.Http2Headers;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import io.opentelemetry.context.propagation.TextMapSetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A span for every request, named and described by OpenTelemetry's conventions for HTTP. */
final class OpenTelemetryTracing implements Tracing {
  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> PATH = AttributeKey.stringKey("url.path");
  private static final AttributeKey<String> HOST = AttributeKey.stringKey("server.address");
  private static final AttributeKey<String> PROTOCOL =
      AttributeKey.stringKey("network.protocol.version");
  private static final AttributeKey<String> PEER = AttributeKey.stringKey("network.peer.address");
  private static final AttributeKey<Long> PEER_PORT = AttributeKey.longKey("network.peer.port");
  private static final AttributeKey<Long> GRPC = AttributeKey.longKey("rpc.grpc.status_code");
  private static final AttributeKey<String> CLUSTER = AttributeKey.stringKey("weft.cluster");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("weft.route");
  private static final AttributeKey<String> FLAGS = AttributeKey.stringKey("weft.response_flags");
  private static final AttributeKey<Long> ATTEMPTS = AttributeKey.longKey("weft.attempts");
  private static final AttributeKey<String> IDENTITY =
      AttributeKey.stringKey("weft.client_identity");
  private static final int SERVER_ERROR = 500;

  private final Tracer tracer;
  private final TextMapPropagator propagator;
  private final SpanKind kind;

  /**
   * @param kind SERVER for requests that come to the application, CLIENT for those it makes
   */
  OpenTelemetryTracing(OpenTelemetry telemetry, SpanKind kind) {
    this.tracer = telemetry.getTracer("dev.weft.proxy");
    this.propagator = telemetry.getPropagators().getTextMapPropagator();
    this.kind = kind;
  }

  @Override
  public Span start(Http2Headers request) {
    Context parent = propagator.extract(Context.root(), request, Headers.INSTANCE);
    CharSequence method = request.method();
    String name = method == null ? "HTTP" : method.toString();
    SpanBuilder builder = tracer.spanBuilder(name).setParent(parent).setSpanKind(kind);
    io.opentelemetry.api.trace.Span span = builder.startSpan();
    if (span.isRecording()) {
      span.setAttribute(METHOD, name);
      CharSequence path = request.path();
      if (path != null) {
        String text = path.toString();
        int query = text.indexOf('?');
        span.setAttribute(PATH, query < 0 ? text : text.substring(0, query));
      }
      CharSequence authority = request.authority();
      if (authority != null) {
        span.setAttribute(HOST, authority.toString());
      }
    }
    return new Live(span, parent.with(span), propagator);
  }

  private record Live(
      io.opentelemetry.api.trace.Span span, Context context, TextMapPropagator propagator)
      implements Span {
    @Override
    public void inject(Http2Headers upstreamRequest) {
      propagator.inject(context, upstreamRequest, Headers.INSTANCE);
    }

    @Override
    public @Nullable String spanId() {
      return span.getSpanContext().isValid() ? span.getSpanContext().getSpanId() : null;
    }

    @Override
    public Copy copied(@Nullable Boolean recorded) {
      return this::inject;
    }

    @Override
    public @Nullable String traceId() {
      return span.getSpanContext().isValid() ? span.getSpanContext().getTraceId() : null;
    }

    @Override
    public void end(Exchange exchange) {
      if (span.isRecording()) {
        describe(exchange);
      }
      span.end();
    }

    private void describe(Exchange exchange) {
      String route = exchange.routeName();
      if (route != null && !route.isEmpty()) {
        span.setAttribute(ROUTE, route);
      }
      if (exchange.cluster() != null) {
        span.setAttribute(CLUSTER, exchange.cluster());
      }
      if (exchange.endpoint() != null) {
        span.setAttribute(PEER, exchange.endpoint().getHostString());
        span.setAttribute(PEER_PORT, (long) exchange.endpoint().getPort());
      }
      var client = exchange.downstream().peer();
      if (client != null && !client.uris().isEmpty()) {
        span.setAttribute(IDENTITY, client.uris().getFirst());
      }
      span.setAttribute(PROTOCOL, exchange.downstream().http2() ? "2" : "1.1");
      span.setAttribute(ATTEMPTS, (long) exchange.attempts());
      if (exchange.flags() != 0) {
        span.setAttribute(FLAGS, dev.weft.proxy.error.ResponseFlag.format(exchange.flags()));
      }
      if (exchange.status() != 0) {
        span.setAttribute(STATUS, (long) exchange.status());
      }
      if (exchange.grpcStatus() >= 0) {
        span.setAttribute(GRPC, (long) exchange.grpcStatus());
      }
      if (exchange.status() >= SERVER_ERROR
          || exchange.status() == 0
          || exchange.grpcStatus() > 0) {
        span.setStatus(StatusCode.ERROR);
      }
    }
  }

  /** Reads and writes headers for propagators. */
  private enum Headers implements TextMapGetter<Http2Headers>, TextMapSetter<Http2Headers> {
    INSTANCE;

    @Override
    public Iterable<String> keys(Http2Headers headers) {
      List<String> names = new ArrayList<>();
      headers.names().forEach(name -> names.add(name.toString()));
      return names;
    }

    @Override
    public @Nullable String get(@Nullable Http2Headers headers, String key) {
      CharSequence value = headers == null ? null : headers.get(key.toLowerCase(Locale.ROOT));
      return value == null ? null : value.toString();
    }

    @Override
    public void set(@Nullable Http2Headers headers, String key, String value) {
      if (headers != null) {
        headers.set(key.toLowerCase(Locale.ROOT), value);
      }
    }
  }
}
