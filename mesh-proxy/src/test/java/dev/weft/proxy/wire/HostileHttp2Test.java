package dev.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.stream.ServerSettings;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.transport.NativeTransport;
import dev.weft.proxy.upstream.WireProtocol;
import dev.weft.xds.model.Http1Settings;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Malformed HTTP/2 requests reset their stream, floods cost the connection; nothing passes. */
class HostileHttp2Test {
  private static final Queue<String> recorded = new ConcurrentLinkedQueue<>();
  private static Vertx vertx;
  private static TestProxy proxy;
  private RawHttp2 client;

  @BeforeAll
  static void start() {
    vertx =
        NativeTransport.on(Vertx.builder())
            .with(new VertxOptions().setEventLoopPoolSize(1))
            .build();
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
        new ServerSettings(
            8 * 1024,
            100,
            50,
            0,
            Duration.ZERO,
            Duration.ZERO,
            Duration.ZERO,
            false,
            Http1Settings.DEFAULT);
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

  @Test
  void h37DataOnStreamZeroEndsTheConnection() {
    client.write(
        (w, c) ->
            w.writeFrame(c, (byte) 0, 0, new Http2Flags(), RawHttp2.text("x"), c.newPromise()));

    await().until(() -> client.frames.contains("closed"));
    assertThat(client.frames).anyMatch(f -> f.startsWith("goaway") && f.endsWith(" 1"));
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
