package dev.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.transport.NativeTransport;
import dev.weft.proxy.upstream.WireProtocol;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.PoolOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Foreign clients and servers, our codecs between them, in every pair of protocols. */
class RelayTest {
  private static final int SIX_MEGABYTES = 6_000_000;
  private static Vertx vertx;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private TestProxy proxy;

  @BeforeAll
  static void start() {
    vertx =
        NativeTransport.on(Vertx.builder())
            .with(new VertxOptions().setEventLoopPoolSize(2))
            .build();
  }

  @AfterAll
  static void stop() {
    TestProxy.close(vertx);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP1,HTTP1", "HTTP1,HTTP2", "HTTP2,HTTP1", "HTTP2,HTTP2"})
  void bodiesPassByteForByteBothWaysOnAColdConnection(WireProtocol down, WireProtocol up) {
    byte[] sent = bytes(SIX_MEGABYTES, 42);
    HttpClient client =
        through(
            down,
            up,
            request -> {
              request.response().setChunked(true).putHeader("x-path", request.path());
              request.pipeTo(request.response());
            });

    for (int round = 0; round < 2; round++) {
      HttpClientResponse response = send(client, HttpMethod.POST, "/echo", Buffer.buffer(sent));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.getHeader("x-path")).isEqualTo("/echo");
      assertThat(get(response.body()).getBytes()).isEqualTo(sent);
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP1,HTTP1", "HTTP1,HTTP2", "HTTP2,HTTP1", "HTTP2,HTTP2"})
  void aSlowReaderHoldsTheSenderBackAndLosesNothing(WireProtocol down, WireProtocol up) {
    byte[] body = bytes(SIX_MEGABYTES, 7);
    AtomicBoolean held = new AtomicBoolean();
    HttpClient client =
        through(
            down,
            up,
            request -> {
              Buffer all = Buffer.buffer(body);
              var response = request.response().setChunked(true);
              AtomicInteger at = new AtomicInteger();
              Runnable[] more = new Runnable[1];
              more[0] =
                  () -> {
                    while (at.get() < all.length()) {
                      if (response.writeQueueFull()) {
                        held.set(true);
                        response.drainHandler(v -> more[0].run());
                        return;
                      }
                      int end = Math.min(all.length(), at.get() + 10_000);
                      response.write(all.getBuffer(at.get(), end));
                      at.set(end);
                    }
                    response.end();
                  };
              more[0].run();
            });

    HttpClientRequest request = get(client.request(HttpMethod.GET, "/"));
    Promise<Buffer> read = Promise.promise();
    request
        .send()
        .onSuccess(
            response -> {
              response.pause();
              Buffer got = Buffer.buffer();
              response.handler(got::appendBuffer);
              response.endHandler(v -> read.complete(got));
              response.exceptionHandler(read::tryFail);
              // Not a byte is taken before the sender has felt it.
              vertx.setPeriodic(
                  1,
                  timer -> {
                    if (held.get()) {
                      response.fetch(1);
                    }
                    if (got.length() > 500_000) {
                      vertx.cancelTimer(timer);
                      response.resume();
                    }
                  });
            })
        .onFailure(read::tryFail);

    assertThat(get(read.future()).getBytes()).isEqualTo(body);
    assertThat(held).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"HTTP1,HTTP1", "HTTP1,HTTP2", "HTTP2,HTTP1", "HTTP2,HTTP2"})
  void trailersOfAnAnswerPass(WireProtocol down, WireProtocol up) {
    HttpClient client =
        through(
            down,
            up,
            request -> {
              request.response().setChunked(true).write("hello");
              request.response().putTrailer("grpc-status", "0").end();
            });

    HttpClientResponse response = send(client, HttpMethod.POST, "/", Buffer.buffer("x"));

    assertThat(get(response.body())).hasToString("hello");
    assertThat(response.getTrailer("grpc-status")).isEqualTo("0");
  }

  @ParameterizedTest
  @CsvSource({"HTTP1,HTTP1", "HTTP1,HTTP2", "HTTP2,HTTP1", "HTTP2,HTTP2"})
  void answersWithoutABodyKeepTheirLengthAndTheConnection(WireProtocol down, WireProtocol up) {
    HttpClient client =
        through(
            down,
            up,
            request -> {
              var response = request.response();
              switch (request.path()) {
                case "/head" -> response.putHeader("content-length", "12345").end();
                case "/304" -> response.setStatusCode(304).putHeader("etag", "\"a\"").end();
                case "/204" -> response.setStatusCode(204).end();
                default -> response.end("body");
              }
            });

    for (int round = 0; round < 3; round++) {
      HttpClientResponse head = send(client, HttpMethod.HEAD, "/head", Buffer.buffer());
      assertThat(head.getHeader("content-length")).isEqualTo("12345");
      assertThat(get(head.body()).length()).isZero();
      HttpClientResponse notModified = send(client, HttpMethod.GET, "/304", Buffer.buffer());
      assertThat(notModified.statusCode()).isEqualTo(304);
      assertThat(notModified.getHeader("etag")).isEqualTo("\"a\"");
      assertThat(get(notModified.body()).length()).isZero();
      assertThat(send(client, HttpMethod.GET, "/204", Buffer.buffer()).statusCode()).isEqualTo(204);
      HttpClientResponse whole = send(client, HttpMethod.GET, "/", Buffer.buffer());
      assertThat(whole.statusCode()).isEqualTo(200);
      assertThat(get(whole.body())).hasToString("body");
    }
    assertThat(proxy.counts.opened.get()).isLessThanOrEqualTo(proxy.accepted.size());
  }

  @ParameterizedTest
  @CsvSource({"HTTP1,HTTP1", "HTTP1,HTTP2", "HTTP2,HTTP1", "HTTP2,HTTP2"})
  void aClientThatGivesUpCancelsTheUpstream(WireProtocol down, WireProtocol up) {
    AtomicBoolean arrived = new AtomicBoolean();
    AtomicBoolean cancelled = new AtomicBoolean();
    HttpClient client =
        through(
            down,
            up,
            request -> {
              arrived.set(true);
              request.exceptionHandler(e -> cancelled.set(true));
              request.response().exceptionHandler(e -> cancelled.set(true));
              request.response().closeHandler(v -> cancelled.set(true));
            });

    HttpClientRequest request = get(client.request(HttpMethod.POST, "/"));
    request.setChunked(true);
    request.write("half");
    await().untilTrue(arrived);
    request.reset(8);

    await().untilTrue(cancelled);
  }

  @ParameterizedTest
  @CsvSource({"HTTP1,HTTP1", "HTTP1,HTTP2", "HTTP2,HTTP1", "HTTP2,HTTP2"})
  void anUpstreamThatBreaksOffNeverLooksComplete(WireProtocol down, WireProtocol up) {
    HttpClient client =
        through(
            down,
            up,
            request -> {
              request.response().setChunked(true).write("part");
              if (up == WireProtocol.HTTP1) {
                vertx.setTimer(1, t -> request.connection().close());
              } else {
                vertx.setTimer(1, t -> request.response().reset(2));
              }
            });

    assertThatThrownBy(() -> get(send(client, HttpMethod.GET, "/", Buffer.buffer()).body()))
        .isInstanceOf(Exception.class);
  }

  @ParameterizedTest
  @CsvSource({"HTTP2,HTTP2"})
  void bothHalvesOfAStreamLiveOnTheirOwn(WireProtocol down, WireProtocol up) {
    HttpClient client =
        through(
            down,
            up,
            request -> {
              // Answers each message as it comes, then goes on after the client has ended.
              request.response().setChunked(true).write("hi;");
              request.handler(
                  b -> {
                    if (b.length() > 0) {
                      request.response().write("re:" + b + ";");
                    }
                  });
              request.endHandler(v -> vertx.setTimer(1, t -> request.response().end("bye")));
            });

    HttpClientRequest request = get(client.request(HttpMethod.POST, "/"));
    request.setChunked(true);
    Buffer heard = Buffer.buffer();
    Promise<Void> ended = Promise.promise();
    request
        .response()
        .onSuccess(
            response -> {
              response.handler(heard::appendBuffer);
              response.endHandler(v -> ended.complete());
            });
    request.sendHead();
    await().until(() -> heard.toString().equals("hi;"));
    request.write("one");
    await().until(() -> heard.toString().equals("hi;re:one;"));
    request.write("two");
    await().until(() -> heard.toString().equals("hi;re:one;re:two;"));
    request.end();
    get(ended.future());

    assertThat(heard).hasToString("hi;re:one;re:two;bye");
  }

  @ParameterizedTest
  @CsvSource({"HTTP1,HTTP1", "HTTP1,HTTP2", "HTTP2,HTTP1", "HTTP2,HTTP2"})
  void manyRequestsAtOnceEachGetTheirOwnAnswer(WireProtocol down, WireProtocol up) {
    HttpClient client =
        through(
            down,
            up,
            request ->
                request.body().onSuccess(body -> request.response().end(request.path() + body)));

    List<Future<Buffer>> answers = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      String path = "/" + i;
      Buffer body = Buffer.buffer(" " + "x".repeat(i * 10));
      answers.add(
          client
              .request(HttpMethod.POST, path)
              .compose(request -> request.send(body).compose(HttpClientResponse::body)));
    }

    for (int i = 0; i < 300; i++) {
      assertThat(get(answers.get(i)).toString()).isEqualTo("/" + i + " " + "x".repeat(i * 10));
    }
  }

  private HttpClient through(
      WireProtocol down, WireProtocol up, Consumer<HttpServerRequest> backend) {
    HttpServer server =
        get(
            vertx
                .createHttpServer(new HttpServerOptions().setHost("127.0.0.1"))
                .requestHandler(backend::accept)
                .listen(0));
    proxy = TestProxy.to(vertx, down == WireProtocol.HTTP2, up, server.actualPort());
    HttpClient client =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setDefaultHost("127.0.0.1")
                .setDefaultPort(proxy.port())
                .setProtocolVersion(
                    down == WireProtocol.HTTP2 ? HttpVersion.HTTP_2 : HttpVersion.HTTP_1_1)
                .setHttp2ClearTextUpgrade(false),
            new PoolOptions().setHttp1MaxSize(8));
    opened.add(() -> get(client.close()));
    opened.add(proxy);
    opened.add(() -> get(server.close()));
    return client;
  }

  private static HttpClientResponse send(
      HttpClient client, HttpMethod method, String path, Buffer body) {
    // Within the turn in which the head comes: the body would run away from whoever asks later.
    return get(
        client
            .request(method, path)
            .compose(
                request ->
                    (body.length() == 0 ? request.send() : request.send(body))
                        .compose(response -> response.body().map(response))));
  }

  private static <T> T get(Future<T> future) {
    return future.toCompletionStage().toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
  }

  private static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
