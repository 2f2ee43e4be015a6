package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RefusingPort;
import dev.weft.proxy.testkit.Written;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.trace.v1.Span;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spans on their way to a collector that changes, fails and comes back. */
class SpanExportTest {
  private final Mesh mesh = new Mesh();
  private final Backend app = Backend.named(mesh.outside, "app");

  @AfterEach
  void close() {
    mesh.close();
  }

  /** Keeps the operations of the spans that it gets, and answers with a status. */
  private final class Collector {
    private final Queue<String> operations = new ConcurrentLinkedQueue<>();
    private volatile int status = 200;
    private final Backend backend = Backend.start(mesh.outside, this::take);

    private void take(HttpServerRequest request) {
      request.bodyHandler(
          body -> {
            try {
              ExportTraceServiceRequest.parseFrom(body.getBytes())
                  .getResourceSpans(0)
                  .getScopeSpans(0)
                  .getSpansList()
                  .forEach(span -> operations.add(span.getName()));
            } catch (com.google.protobuf.InvalidProtocolBufferException e) {
              throw new IllegalStateException(e);
            }
            request.response().setStatusCode(status).end();
          });
    }

    private void awaitSpans(int number) {
      await(number + " spans").until(() -> operations.size() >= number);
    }
  }

  private void traceTo(int collector, int batch, String interval) throws Exception {
    mesh.apply(
        Written.config(
            """
            layered_runtime: {layers: [{name: now, static_layer: {tracing.opentelemetry.min_flush_spans: %d, tracing.opentelemetry.flush_interval_ms: %s}}]}
            static_resources:
              listeners:
              - name: in
                address: {socket_address: {address: 127.0.0.1, port_value: 0}}
                filter_chains:
                - filters:
                  - name: http
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                      stat_prefix: in
                      tracing:
                        provider:
                          name: envoy.tracers.opentelemetry
                          typed_config:
                            "@type": type.googleapis.com/envoy.config.trace.v3.OpenTelemetryConfig
                            http_service: {http_uri: {uri: "http://c/v1/traces", cluster: c, timeout: 5s}}
                      http_filters:
                      - name: envoy.filters.http.router
                        typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router}
                      route_config:
                        virtual_hosts:
                        - name: all
                          domains: ["*"]
                          routes:
                          - {match: {path: /a}, decorator: {operation: a}, route: {cluster: app}}
                          - {match: {path: /b}, decorator: {operation: b}, direct_response: {status: 204}}
              clusters:
              - {name: app, load_assignment: {cluster_name: app, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}}
              - {name: c, load_assignment: {cluster_name: c, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}}
            """
                .formatted(batch, interval, app.port(), collector)));
  }

  private void get(String path) {
    mesh.h1.get(mesh.port(), path);
  }

  @Test
  void spansGoWhereTheClusterIsNow() throws Exception {
    Collector first = new Collector();
    Collector second = new Collector();
    traceTo(first.backend.port(), 1, "5000");
    get("/a");
    first.awaitSpans(1);

    traceTo(second.backend.port(), 1, "5000");
    get("/b");
    second.awaitSpans(1);

    assertThat(first.operations).containsExactly("a");
    assertThat(second.operations).containsExactly("b");
  }

  @Test
  void whatACollectorDoesNotTakeIsLostAndNothingElse() throws Exception {
    Collector collector = new Collector();
    collector.status = 503;
    traceTo(collector.backend.port(), 1, "5000");
    get("/a");
    collector.awaitSpans(1);
    collector.status = 200;
    get("/b");

    collector.awaitSpans(2);
    assertThat(collector.operations).containsExactly("a", "b");
  }

  @Test
  void requestsDoNotNoticeThatThereIsNoCollector() throws Exception {
    try (RefusingPort nobody = new RefusingPort()) {
      traceTo(nobody.number(), 1, "5000");

      assertThat(IntStream.range(0, 20).mapToObj(i -> mesh.h1.get(mesh.port(), "/a").status()))
          .containsOnly(200);
    }
  }

  @Test
  void fewSpansGoAfterAWhile() throws Exception {
    Collector collector = new Collector();
    traceTo(collector.backend.port(), 500, "50");
    get("/a");

    collector.awaitSpans(1);
    get("/b");
    collector.awaitSpans(2);
    assertThat(collector.operations).containsExactly("a", "b");
  }

  @Test
  void whatWaitsGoesBeforeTheProxyEnds() throws Exception {
    Collector collector = new Collector();
    traceTo(collector.backend.port(), 500, "3600000");
    get("/a");
    get("/b");

    mesh.path.drain(java.time.Duration.ofSeconds(5)).toCompletableFuture().join();

    assertThat(List.copyOf(collector.operations)).containsExactly("a", "b");
  }

  @Test
  void aSpanIsWhatTheRequestTookAndHasTheIdThatEndpointsAreTold() throws Exception {
    Queue<Span> spans = new ConcurrentLinkedQueue<>();
    Backend collector =
        Backend.start(
            mesh.outside,
            request ->
                request.bodyHandler(
                    body -> {
                      try {
                        spans.addAll(
                            ExportTraceServiceRequest.parseFrom(body.getBytes())
                                .getResourceSpans(0)
                                .getScopeSpans(0)
                                .getSpansList());
                      } catch (com.google.protobuf.InvalidProtocolBufferException e) {
                        throw new IllegalStateException(e);
                      }
                      request.response().end();
                    }));
    traceTo(collector.port(), 1, "5000");
    long before = System.currentTimeMillis() * 1_000_000;
    get("/a");
    await().until(() -> !spans.isEmpty());
    long after = (System.currentTimeMillis() + 1) * 1_000_000;

    Span span = spans.element();
    assertThat(span.getTraceId().size()).isEqualTo(16);
    assertThat(span.getSpanId().size()).isEqualTo(8);
    assertThat(span.getStartTimeUnixNano()).isBetween(before, span.getEndTimeUnixNano());
    assertThat(span.getEndTimeUnixNano()).isLessThanOrEqualTo(after);
  }
}
