package dev.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.stream.ServerSettings;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.upstream.WireProtocol;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Malformed HTTP/2 requests reset their stream, floods cost the connection; nothing passes. */
@ExtendWith(LeakWatch.class)
class HostileHttp2Test {
  private static final Queue<String> recorded = new ConcurrentLinkedQueue<>();
  private static Vertx vertx;
  private static TestProxy proxy;
  private RawHttp2 client;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
    HttpServer backend =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
            .requestHandler(
                request -> {
                  recorded.add("begun " + request.path());
                  request.body().onSuccess(b -> recorded.add("complete " + request.path()));
                  if (!request.path().equals("/hang")) {
                    request.body().onSuccess(b -> request.response().end("ok"));
                  }
                })
            .listen(0)
            .toCompletionStage()
            .toCompletableFuture()
            .orTimeout(10, TimeUnit.SECONDS)
            .join();
    ServerSettings settings =
        new ServerSettings(8 * 1024, 100, 50, 0, Duration.ZERO, Duration.ZERO, false, false);
    proxy =
        TestProxy.to(
            vertx, true, WireProtocol.HTTP1, backend.actualPort(), settings, TestProxy.CLIENT);
  }

  @AfterAll
  static void stop() {
    proxy.close();
    TestProxy.close(vertx);
  }

  @BeforeEach
  void connect() {
    recorded.clear();
    client = RawHttp2.client(vertx, proxy.port());
    await().until(() -> client.frames.contains("settings"));
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  static Stream<Arguments> malformed() {
    return Stream.of(
        row("H34 no method", h -> remove(h, ":method")),
        row("H34 no path", h -> remove(h, ":path")),
        row("H34 no scheme", h -> remove(h, ":scheme")),
        row("H34 no authority", h -> remove(h, ":authority")),
        row("H34 status in a request", h -> h.add(":status", "200")),
        row("H34 two paths", h -> h.add(":path", "/b")),
        row("H34 unknown pseudo-header", h -> h.add(":proto", "x")),
        row("H34 upper case", h -> h.add("X-Upper", "1")),
        row("H35 connection", h -> h.add("connection", "close")),
        row("H35 keep-alive", h -> h.add("keep-alive", "1")),
        row("H35 upgrade", h -> h.add("upgrade", "h2c")),
        row("H35 te", h -> h.add("te", "gzip")),
        row("H41 transfer-encoding", h -> h.add("transfer-encoding", "chunked")),
        row("H40 CR in a value", h -> h.add("a", "b\rc")),
        row("H40 LF in a value", h -> h.add("a", "b\nc: d")),
        row("H40 NUL in a value", h -> h.add("a", "b\0c")),
        row("H40 colon in a name", h -> h.add("a:b", "c")),
        row("H40 blank in a name", h -> h.add("a b", "c")),
        row("H40 line end in the path", h -> h.path("/a\r\nb")),
        row("H40 blank in the method", h -> h.method("GET /x")),
        row("H42 host contradicts", h -> h.add("host", "other.test")),
        row("H42 at sign", h -> h.authority("a@b.test")),
        row("H43 no slash", h -> h.path("a")),
        row("H43 fragment", h -> h.path("/a#b")),
        row("H43 blank", h -> h.path("/a b")),
        row("H44 padded value", h -> h.add("a", " b")),
        row("H44 padded value after", h -> h.add("a", "b\t")),
        row("H04 two lengths", h -> h.add("content-length", "1").add("content-length", "2")));
  }

  private static Arguments row(String name, UnaryOperator<Http2Headers> change) {
    return Arguments.of(name, change);
  }

  private static Http2Headers remove(Http2Headers headers, String name) {
    headers.remove(name);
    return headers;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void aMalformedHeadResetsItsStreamOnly(String name, UnaryOperator<Http2Headers> change) {
    client.request(3, change.apply(get("/bad")), true);
    await().until(() -> client.frames.contains("3 reset 1"));
    client.request(5, get("/good"), true);

    await().until(() -> client.frames.stream().anyMatch(f -> f.startsWith("5 data ok")));
    assertThat(recorded).containsExactly("begun /good", "complete /good");
    assertThat(proxy.rejections).isNotEmpty();
  }

  @Test
  void h36MoreDataThanAnnounced() {
    Http2Headers headers = get("/long").method("POST").add("content-length", "3");
    client.request(3, headers, false);
    client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("abcd"), 0, true, c.newPromise()));

    await().until(() -> client.frames.contains("3 reset 1"));
    assertThat(recorded).doesNotContain("complete /long");
  }

  @Test
  void h36LessDataThanAnnounced() {
    Http2Headers headers = get("/short").method("POST").add("content-length", "3");
    client.request(3, headers, false);
    client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("ab"), 0, true, c.newPromise()));

    await().until(() -> client.frames.contains("3 reset 1"));
    assertThat(recorded).doesNotContain("complete /short");
  }

  @Test
  void h37DataOnStreamZeroEndsTheConnection() {
    client.write(
        (w, c) ->
            w.writeFrame(c, (byte) 0, 0, new Http2Flags(), RawHttp2.text("x"), c.newPromise()));

    await().until(() -> client.frames.contains("closed"));
    assertThat(client.frames).anyMatch(f -> f.startsWith("goaway") && f.endsWith(" 1"));
  }

  @Test
  void h38TrailersWithoutTheEnd() {
    client.request(3, get("/hang").method("POST"), false);
    client.write(
        (w, c) ->
            w.writeHeaders(
                c, 3, new DefaultHttp2Headers().add("a", "b"), 0, false, c.newPromise()));

    await().until(() -> client.frames.contains("3 reset 1"));
    assertThat(recorded).doesNotContain("complete /hang");
  }

  @Test
  void h38ARequestOnAStreamThatIsOverEndsTheConnection() {
    client.request(3, get("/once"), true);
    await().until(() -> client.frames.stream().anyMatch(f -> f.startsWith("3 data ok")));
    client.write((w, c) -> w.writeHeaders(c, 3, get("/again"), 0, true, c.newPromise()));

    await().until(() -> client.frames.contains("closed"));
    assertThat(client.frames).anyMatch(f -> f.startsWith("goaway") && f.endsWith(" 5"));
    assertThat(recorded).doesNotContain("begun /again");
  }

  @Test
  void h38WhatWasUnderWayWhenAStreamWasResetIsForgiven() {
    Http2Headers headers = get("/long").method("POST").add("content-length", "3");
    client.request(3, headers, false);
    client.write((w, c) -> w.writeData(c, 3, RawHttp2.text("abcd"), 0, false, c.newPromise()));
    await().until(() -> client.frames.contains("3 reset 1"));
    client.write(
        (w, c) -> {
          w.writeData(c, 3, RawHttp2.text("more"), 0, false, c.newPromise());
          w.writeHeaders(c, 3, new DefaultHttp2Headers().add("a", "b"), 0, true, c.newPromise());
        });
    client.request(5, get("/good"), true);

    await().until(() -> client.frames.stream().anyMatch(f -> f.startsWith("5 data ok")));
    assertThat(client.frames).noneMatch(f -> f.startsWith("goaway"));
  }

  @Test
  void h33StreamsBeyondTheLimitAreRefused() {
    client.ignoreStreamLimit();
    for (int i = 0; i < 51; i++) {
      client.request(3 + 2 * i, get("/hang"), true);
    }

    await().until(() -> client.frames.contains("103 reset 7"));
    assertThat(client.frames).noneMatch(f -> f.startsWith("101 reset"));
  }

  @Test
  void h22TooManyHeadersAreAnsweredWith431() {
    Http2Headers headers = get("/many");
    for (int i = 0; i < 101; i++) {
      headers.add("a" + i, "b");
    }
    client.request(3, headers, true);

    await().until(() -> client.frames.contains("3 headers 431 end"));
    assertThat(recorded).isEmpty();
  }

  @Test
  void h27TooLargeHeadersAreAnsweredWith431() {
    client.request(3, get("/large").add("a", "x".repeat(9 * 1024)), true);

    await().until(() -> client.frames.contains("3 headers 431 end"));
    assertThat(recorded).isEmpty();
  }

  @Test
  void h23RapidResetEndsTheConnectionAndCancelsItsWork() {
    client.write(
        (w, c) -> {
          for (int stream = 3; stream < 3 + 2 * 1500; stream += 2) {
            w.writeHeaders(c, stream, get("/hang"), 0, true, c.newPromise());
            w.writeRstStream(c, stream, 8, c.newPromise());
          }
        });

    await().until(() -> client.frames.contains("closed"));
    assertThat(client.frames).anyMatch(f -> f.startsWith("goaway") && f.endsWith(" 11"));
    await().until(() -> proxy.accepted.stream().allMatch(a -> a.activeStreams() == 0));
  }

  @Test
  void h28AFloodOfPingsEndsTheConnection() {
    client.write(
        (w, c) -> {
          for (int i = 0; i < 10_000; i++) {
            w.writePing(c, false, i, c.newPromise());
          }
        });

    await().until(() -> client.frames.contains("closed"));
  }

  @Test
  void h29AFloodOfEmptyDataEndsTheConnection() {
    client.request(3, get("/hang").method("POST"), false);
    client.write(
        (w, c) -> {
          for (int i = 0; i < 50; i++) {
            w.writeData(c, 3, RawHttp2.text(""), 0, false, c.newPromise());
          }
        });

    await().until(() -> client.frames.contains("closed"));
  }

  @Test
  void h31AWindowThatOverflowsEndsTheConnection() {
    client.write((w, c) -> w.writeWindowUpdate(c, 0, Integer.MAX_VALUE, c.newPromise()));

    await().until(() -> client.frames.contains("closed"));
    assertThat(client.frames).anyMatch(f -> f.startsWith("goaway") && f.endsWith(" 3"));
  }

  @Test
  void connectIsAnsweredHere() {
    Http2Headers headers = new DefaultHttp2Headers().method("CONNECT").authority("a.test:80");
    client.request(3, headers, false);

    await().until(() -> client.frames.contains("3 headers 404 end"));
    assertThat(recorded).isEmpty();
  }

  @Test
  void h26AFloodOfContinuationsEndsTheConnection() {
    client.write(
        (w, c) -> {
          w.writeFrame(c, (byte) 1, 3, new Http2Flags(), RawHttp2.text(""), c.newPromise());
          for (int i = 0; i < 1000; i++) {
            w.writeFrame(c, (byte) 9, 3, new Http2Flags(), RawHttp2.text(""), c.newPromise());
          }
        });

    await().until(() -> client.frames.contains("closed"));
  }

  @Test
  void settingsOfATinyHeaderListDoNotBreakOthers() {
    client.write(
        (w, c) -> w.writeSettings(c, new Http2Settings().maxHeaderListSize(1), c.newPromise()));
    client.request(3, get("/a"), true);
    await().until(() -> client.frames.stream().anyMatch(f -> f.startsWith("3 ")));
    try (RawHttp2 other = RawHttp2.client(vertx, proxy.port())) {
      other.request(3, get("/b"), true);
      await().until(() -> other.frames.stream().anyMatch(f -> f.startsWith("3 data ok")));
    }
  }

  private static Http2Headers get(String path) {
    return new DefaultHttp2Headers(false)
        .method("GET")
        .scheme("http")
        .authority("a.test")
        .path(path);
  }
}
