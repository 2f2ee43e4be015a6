package dev.weft.proxy;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.testkit.RecordingUpstream;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2FrameAdapter;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The filter for long streams as a user configures it, between clients and an endpoint. */
class LongStreamsTest {
  private static final String GRPC = "application/grpc";
  private static final String END = "\r\n\r\n";
  private static final String ASK =
      "GET /chat HTTP/1.1\r\nHost: feed.test\r\nConnection: Upgrade\r\n"
          + "Upgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  private static final String GRANT =
      "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

  private final Mesh mesh = new Mesh();

  /** The last statuses of gRPC by stream. */
  private final Map<Integer, String> statuses = new ConcurrentHashMap<>();

  private RecordingUpstream endpoint;

  /** Takes WebSockets. */
  private RawServer chat;

  private RawHttp2 client;

  /** The endpoint answers what a test says and nothing else. */
  @BeforeEach
  void start() throws IOException {
    chat = new RawServer();
    endpoint = new RecordingUpstream(mesh.outside, true, null).onEnd(arrival -> {});
  }

  @AfterEach
  void close() throws IOException {
    if (client != null) {
      client.close();
    }
    chat.close();
    endpoint.close();
    await("no stream that still counts")
        .until(() -> mesh.telemetry.count("http.in.long_streams.active") == 0);
    mesh.close();
  }

  private void serve(String bounds) throws BootstrapException {
    serve(bounds, "300s");
  }

  private void serve(String bounds, String idle) throws BootstrapException {
    String filter =
        "{\"@type\": type.googleapis.com/weft.filters.http.long_streams.v1.LongStreams, %s}";
    mesh.apply(
        FromYaml.served(
            """
            stream_idle_timeout: %s
            upgrade_configs: [{upgrade_type: websocket}]
            http2_protocol_options: {allow_connect: true}
            route_config:
              virtual_hosts:
              - name: all
                domains: ["*"]
                routes:
                - match: {prefix: /free}
                  route: {cluster: feed, timeout: 0s}
                  typed_per_filter_config: {streams: %s}
                - {match: {prefix: /here}, direct_response: {status: 204}}
                - {match: {prefix: /chat}, route: {cluster: chat, timeout: 0s}}
                - {match: {prefix: /}, route: {cluster: feed, timeout: 0s}}
            """
                .formatted(idle, filter.formatted("")),
            "- {name: streams, is_optional: true, typed_config: %s}"
                .formatted(filter.formatted(bounds)),
            FromYaml.http2Cluster("feed", endpoint.port()),
            FromYaml.cluster("chat", chat.port())));
    client = connect();
  }

  private RawHttp2 connect() {
    return RawHttp2.client(
        mesh.outside,
        mesh.port(),
        null,
        new Http2FrameAdapter() {
          @Override
          public void onHeadersRead(
              ChannelHandlerContext ctx,
              int stream,
              Http2Headers headers,
              int padding,
              boolean end) {
            CharSequence status = headers.get("grpc-status");
            if (status != null) {
              statuses.put(stream, status.toString());
            }
          }
        });
  }

  private static Http2Headers call(String path) {
    return new DefaultHttp2Headers()
        .method("POST")
        .scheme("http")
        .authority("feed.test")
        .path(path);
  }

  private static Http2Headers grpc(String path) {
    return call(path).set("content-type", GRPC).set("te", "trailers");
  }

  private void awaitFrame(String beginning) {
    await(beginning)
        .until(() -> client.frames.stream().anyMatch(frame -> frame.startsWith(beginning)));
  }

  private void awaitStatus(int stream, String status) {
    await("the status of stream " + stream).until(() -> statuses.containsKey(stream));
    assertThat(statuses.get(stream)).isEqualTo(status);
  }

  private long count(String name) {
    return mesh.telemetry.count("http.in.long_streams." + name);
  }

  @Test
  void aCallerHasSoManyStreamsAndNoMore() throws Exception {
    serve("max_per_caller: 1, caller_header: x-caller");
    client.request(3, call("/first").set("x-caller", "a"), true);
    Arrival first = endpoint.arrival("/first");

    client.request(5, grpc("/second").set("x-caller", "a"), true);
    awaitStatus(5, "8");
    client.request(7, call("/third").set("x-caller", "a"), true);
    awaitFrame("7 headers 429");

    client.request(9, call("/of-another").set("x-caller", "b"), true);
    Arrival ofAnother = endpoint.arrival("/of-another");
    client.request(11, call("/free").set("x-caller", "a"), true);
    Arrival free = endpoint.arrival("/free");
    client.request(13, call("/here").set("x-caller", "a"), true);
    awaitFrame("13 headers 204");
    assertThat(endpoint.paths()).containsExactly("/first", "/of-another", "/free");
    assertThat(count("active")).isEqualTo(2);
    assertThat(count("limited")).isEqualTo(2);

    first.answer(200, "done");
    awaitFrame("3 data done");
    await("the end of the first").until(() -> count("active") == 1);
    client.request(15, call("/next").set("x-caller", "a"), true);
    endpoint.arrival("/next").answer(200, "done");
    awaitFrame("15 data done");
    ofAnother.answer(200, "done");
    free.answer(200, "done");
    assertThat(mesh.telemetry.lines().getFirst().details()).isEqualTo("long_streams_limited");
    assertThat(mesh.telemetry.lines().getFirst().flags()).isEqualTo("RL");
  }

  @Test
  void withoutAHeaderCallersAreToldApartByAddress() throws Exception {
    serve("max_per_caller: 1");
    client.request(3, call("/first"), true);
    Arrival first = endpoint.arrival("/first");
    try (RawHttp2 other = connect()) {
      other.request(3, call("/second"), true);
      await("the refusal")
          .until(() -> other.frames.stream().anyMatch(f -> f.startsWith("3 headers 429")));
    }
    first.answer(200, "done");
  }

  @Test
  void whoGoesAwayLeavesRoom() throws Exception {
    serve("max_per_caller: 1");
    client.request(3, call("/first"), false);
    endpoint.arrival("/first");
    client.close();
    await("the end of the stream").until(() -> count("active") == 0);

    client = connect();
    client.request(3, call("/second"), true);
    endpoint.arrival("/second").answer(200, "done");
    awaitFrame("3 data done");
  }

  @Test
  void aSilentClientsCallEndsWithAStatus() throws Exception {
    serve("client_idle: 0.1s");
    endpoint.onHead(arrival -> arrival.head(200, "content-type", GRPC));
    client.request(3, grpc("/call"), false);

    awaitFrame("3 headers 200");
    awaitStatus(3, "4");
    assertThat(client.frames).noneMatch(frame -> frame.startsWith("3 reset"));
    await("the end upstream").until(() -> endpoint.arrival("/call").cut() != null);
    assertThat(count("client_idle")).isEqualTo(1);
    assertThat(mesh.telemetry.lines().getFirst().details()).isEqualTo("long_streams_client_idle");
    assertThat(mesh.telemetry.lines().getFirst().flags()).isEqualTo("SI");
  }

  @Test
  void aClientThatHasSaidAllIsNotSilent() throws Exception {
    serve("client_idle: 0.001s, endpoint_idle: 0.1s");
    endpoint.onHead(arrival -> arrival.head(200, "content-type", GRPC));
    client.request(3, grpc("/call"), true);

    awaitStatus(3, "14");
    assertThat(count("client_idle")).isZero();
    assertThat(count("endpoint_idle")).isEqualTo(1);
  }

  @Test
  void anEndpointThatHasNotBegunToAnswerIsNotSilent() throws Exception {
    serve("endpoint_idle: 0.001s, max_duration: 0.2s");
    client.request(3, grpc("/call"), true);

    awaitStatus(3, "14");
    assertThat(count("endpoint_idle")).isZero();
    assertThat(count("max_duration_reached")).isEqualTo(1);
  }

  @Test
  void anAnswerThatIsNotOfGrpcIsCut() throws Exception {
    serve("endpoint_idle: 0.3s");
    endpoint.onHead(
        arrival -> {
          arrival.head(200);
          arrival.data("a part", false);
        });
    client.request(3, call("/watch"), true);

    awaitFrame("3 data a part");
    awaitFrame("3 reset 8");
  }

  @Test
  void theNoticeIsAGoawayAndTheStreamGoesOn() throws Exception {
    serve("notice_after: 0.05s, notice_jitter_percent: 0, max_duration: 3600s");
    client.request(3, grpc("/call"), true);
    Arrival call = endpoint.arrival("/call");
    call.head(200, "content-type", GRPC);
    awaitFrame("3 headers 200");
    awaitFrame("goaway 2147483647 0");
    awaitFrame("goaway 3 0");

    try (RawHttp2 next = connect()) {
      next.request(3, call("/new"), true);
      endpoint.arrival("/new").answer(200, "done");
      await("the answer on the new connection")
          .until(() -> next.frames.contains("3 data done end"));
    }
    call.data("goes on", false);
    awaitFrame("3 data goes on");
    assertThat(client.frames).doesNotContain("closed");
    call.trailers("grpc-status", "0");
    awaitStatus(3, "0");
    awaitFrame("closed");
    assertThat(count("noticed")).isGreaterThanOrEqualTo(1);
    assertThat(count("max_duration_reached")).isZero();
  }

  @Test
  void overHttp1TheNoticeIsSaidInTheHeadOfTheAnswer() throws Exception {
    serve("notice_after: 0.05s, notice_jitter_percent: 0");
    try (RawClient http1 = new RawClient(mesh.port())) {
      http1.send("GET /watch HTTP/1.1\r\nhost: feed.test\r\n\r\n");
      Arrival watch = endpoint.arrival("/watch");
      await("the notice").until(() -> count("noticed") == 1);
      watch.answer(200, "all of it");

      assertThat(http1.readToEnd())
          .startsWith("HTTP/1.1 200 ")
          .containsIgnoringCase("connection: close\r\n")
          .endsWith(END + "all of it");
    }
  }

  @Test
  void overHttp1AnAnswerThatHasBegunIsBroughtToItsEnd() throws Exception {
    serve("notice_after: 0.2s, notice_jitter_percent: 0");
    endpoint.onHead(arrival -> arrival.head(200));
    try (RawClient http1 = new RawClient(mesh.port())) {
      http1.send("GET /watch HTTP/1.1\r\nhost: feed.test\r\n\r\n");
      http1.readUntil(END);
      await("the notice").until(() -> count("noticed") == 1);
      Arrival watch = endpoint.arrival("/watch");
      watch.data("goes on", false);
      http1.readUntil("goes on");
      watch.data("to the end", true);

      assertThat(http1.readToEnd()).contains("to the end").endsWith("0" + END);
    }
  }

  @Test
  void aWebSocketOverHttp1GoesOnAfterTheNotice() throws Exception {
    serve("notice_after: 0.05s, notice_jitter_percent: 0");
    try (RawClient caller = new RawClient(mesh.port());
        RawClient service = openWebSocket(caller)) {
      await("the notice").until(() -> count("noticed") == 1);
      service.send("from the service");
      caller.readUntil("from the service");
      caller.send("from the caller");
      service.readUntil("from the caller");

      caller.endOutput();
      assertThat(service.readToEnd()).isEmpty();
    }
  }

  @Test
  void aWebSocketOverHttp1EndsWhenItHasLastedAsLongAsItMay() throws Exception {
    serve("max_duration: 1s");
    try (RawClient caller = new RawClient(mesh.port());
        RawClient service = openWebSocket(caller)) {
      caller.readToEnd();
      service.readToEnd();
      assertThat(count("max_duration_reached")).isEqualTo(1);
    }
  }

  /** The side of the service, once both know that it is one. */
  private RawClient openWebSocket(RawClient caller) throws IOException {
    caller.send(ASK);
    RawClient service = chat.accept();
    service.readUntil(END);
    service.send(GRANT);
    assertThat(caller.readUntil(END)).startsWith("HTTP/1.1 101 ");
    return service;
  }

  @Test
  void aWebSocketOverHttp2GoesOnAfterAGoaway() throws Exception {
    serve("notice_after: 0.05s, notice_jitter_percent: 0");
    awaitFrame("settings");
    client.request(3, call("/chat").method("CONNECT").set(":protocol", "websocket"), false);
    try (RawClient service = chat.accept()) {
      service.readUntil(END);
      service.send(GRANT);
      awaitFrame("3 headers 200");
      awaitFrame("goaway 3 0");
      service.send("from the service");
      awaitFrame("3 data from the service");
      client.write(
          (w, c) -> w.writeData(c, 3, RawHttp2.text("from the caller"), 0, true, c.newPromise()));
      service.readUntil("from the caller");
    }
  }

  /** There is a connection to the endpoint from now on, so that an answer begins in time. */
  private void askOnce() {
    client.request(3, call("/free"), true);
    endpoint.arrival("/free").answer(200, "done");
    awaitFrame("3 data done");
  }

  /** Its status waits behind what it does not read, for as long as a stream may be idle. */
  @Test
  void aCallWhoseClientReadsNothingEndsAllTheSame() throws Exception {
    serve("max_duration: 1s", "2s");
    askOnce();
    endpoint.onHead(
        arrival -> {
          arrival.head(200, "content-type", GRPC);
          arrival.data("never read", false);
        });
    Http2Settings nothing = new Http2Settings().pushEnabled(false).initialWindowSize(0);
    try (RawHttp2 silent = RawHttp2.client(mesh.outside, mesh.port(), null, nothing)) {
      silent.request(3, grpc("/call"), true);

      await("the end upstream").until(() -> endpoint.arrival("/call").cut() != null);
      assertThat(count("max_duration_reached")).isEqualTo(1);
      await("the end of the stream")
          .untilAsserted(
              () -> assertThat(silent.frames).anyMatch(frame -> frame.startsWith("3 reset")));
      assertThat(silent.frames).noneMatch(frame -> frame.startsWith("3 data"));
    }
  }

  /** What was written before has five seconds to go. */
  @Test
  void aConnectionWhoseClientReadsNothingIsCutSoon() throws Exception {
    serve("max_duration: 1s");
    askOnce();
    endpoint.onHead(
        arrival -> {
          arrival.head(200);
          arrival.data("x".repeat(8 << 20), false);
        });
    try (RawClient silent = RawClient.slow(null, mesh.port(), null)) {
      silent.send("GET /watch HTTP/1.1\r\nhost: feed.test\r\n\r\n");

      await("the end upstream").until(() -> endpoint.arrival("/watch").cut() != null);
      await("the end of its connection")
          .atMost(Duration.ofSeconds(30))
          .until(() -> mesh.path.connections() == 1);
      assertThat(count("max_duration_reached")).isEqualTo(1);
      assertThat(silent.readToEnd()).doesNotEndWith("0" + END);
    }
  }

  @Test
  void whatLastedAsLongAsItMayEndsWithAStatus() throws Exception {
    serve("max_duration: 1s");
    endpoint.onHead(
        arrival -> {
          arrival.head(200, "content-type", GRPC);
          arrival.data("a message", false);
        });
    client.request(3, grpc("/call"), false);

    awaitFrame("3 data a message");
    awaitStatus(3, "14");
    assertThat(client.frames).noneMatch(frame -> frame.startsWith("3 reset"));
    await("the line of the log").until(() -> mesh.telemetry.lines().size() == 1);
    assertThat(mesh.telemetry.lines().getFirst().flags()).isEqualTo("DT");
    assertThat(mesh.telemetry.lines().getFirst().details()).isEqualTo("long_streams_max_duration");
    assertThat(mesh.telemetry.lines().getFirst().grpcStatus()).isEqualTo(14);
  }
}
