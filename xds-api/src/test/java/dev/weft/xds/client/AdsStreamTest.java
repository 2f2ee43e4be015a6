package dev.weft.xds.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weft.xds.protocol.Resources;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.netty.channel.EventLoopGroup;
import io.netty.util.concurrent.EventExecutor;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Against servers that are no good. */
class AdsStreamTest {
  private static final int MAX_BYTES = 10_000;
  private static final int DATA = 0;
  private static final int SETTINGS = 4;

  private static Vertx vertx;
  private static Executor serial;

  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private AdsStream<DeltaDiscoveryRequest, DeltaDiscoveryResponse> stream;

  @BeforeAll
  static void start() throws Exception {
    vertx = Vertx.vertx();
    // As the client has it: a worker's context, on which Vert.x goes on with whatever began there.
    CompletableFuture<Context> worker = new CompletableFuture<>();
    vertx.deployVerticle(
        own -> {
          worker.complete(own);
          return Future.succeededFuture();
        },
        new DeploymentOptions().setThreadingModel(ThreadingModel.WORKER));
    Context own = worker.get(10, TimeUnit.SECONDS);
    serial = work -> own.runOnContext(run -> work.run());
  }

  @AfterAll
  static void stop() throws Exception {
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private void open(Handler<HttpServerRequest> handler, Duration ping) throws Exception {
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(handler)
            .listen()
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    open(server.actualPort(), ping);
  }

  private void open(int port, Duration ping) {
    SocketAddress address = SocketAddress.inetSocketAddress(port, "127.0.0.1");
    AdsClientOptions options =
        AdsClientOptions.of(List.of(address), Resources.node(), HttpClientOptions::new)
            .withKeepAlive(ping, Duration.ofSeconds(1))
            .withMaxMessageBytes(MAX_BYTES);
    serial.execute(
        () -> {
          stream =
              new AdsStream<>(
                  vertx,
                  options,
                  address,
                  serial,
                  new AdsStream.Events<>() {
                    @Override
                    public void onOpen() {
                      events.add("open");
                      stream.send(DeltaDiscoveryRequest.getDefaultInstance());
                    }

                    @Override
                    public void onMessage(DeltaDiscoveryResponse message) {
                      events.add("message " + message.getNonce());
                    }

                    @Override
                    public void onTooManyPings() {
                      events.add("too many pings");
                    }

                    @Override
                    public void onEnd(@Nullable String error) {
                      events.add("end: " + error);
                    }
                  });
          stream.open(AdsMethods.deltaClient(), options.keepAlive());
        });
  }

  private String next() throws InterruptedException {
    String event = events.poll(20, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return event;
  }

  @Test
  void hearsThatItsPingsAreTooMany() throws Exception {
    open(
        request -> {
          request.connection().goAway(11);
          request.connection().close();
        },
        Duration.ofSeconds(30));

    assertThat(next()).isEqualTo("open");
    assertThat(next()).isEqualTo("too many pings");
    assertThat(next()).startsWith("end: ").contains("GOAWAY");
  }

  /** Answers that come at once, whatever thread the pings come from. */
  @Test
  void missesNoAnswerToAPing() throws Exception {
    AtomicInteger pings = new AtomicInteger();
    open(
        request -> request.connection().pingHandler(data -> pings.incrementAndGet()),
        Duration.ofMillis(1));
    assertThat(next()).isEqualTo("open");

    await().atMost(Duration.ofMinutes(1)).until(() -> pings.get() >= 1000 || !events.isEmpty());

    assertThat(events).isEmpty();
    serial.execute(stream::close);
    assertThat(next()).isEqualTo("end: null");
  }

  @Test
  void endsOnceWhenTheServerResetsTheStream() throws Exception {
    open(request -> request.response().reset(2), Duration.ofSeconds(30));

    assertThat(next()).isEqualTo("open");
    assertThat(next()).startsWith("end: ");
    assertThat(events).isEmpty();
  }

  private static Handler<HttpServerRequest> answering(String encoding, byte[] frame) {
    return request ->
        request
            .response()
            .putHeader("content-type", "application/grpc")
            .putHeader("grpc-encoding", encoding)
            .write(Buffer.buffer(frame));
  }

  private static byte[] frame(int compressed, byte[] payload) {
    return Buffer.buffer()
        .appendByte((byte) compressed)
        .appendInt(payload.length)
        .appendBytes(payload)
        .getBytes();
  }

  private static byte[] gzip(byte[] plain) throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (GZIPOutputStream output = new GZIPOutputStream(compressed)) {
      output.write(plain);
    }
    return compressed.toByteArray();
  }

  @Test
  void endsWhenAMessageCannotBeDecoded() throws Exception {
    open(answering("identity", frame(0, new byte[] {1, 2, 3, 4, 5})), Duration.ofSeconds(30));

    assertThat(next()).isEqualTo("open");
    assertThat(next()).startsWith("end: a message cannot be decoded");
  }

  @Test
  void endsWhenAMessageIsTooLarge() throws Exception {
    open(answering("identity", frame(0, new byte[MAX_BYTES + 1])), Duration.ofSeconds(30));

    assertThat(next()).isEqualTo("open");
    assertThat(next()).startsWith("end: a message is larger than " + MAX_BYTES);
  }

  @Test
  void takesACompressedMessage() throws Exception {
    byte[] plain = DeltaDiscoveryResponse.newBuilder().setNonce("n").build().toByteArray();
    open(answering("gzip", frame(1, gzip(plain))), Duration.ofSeconds(30));

    assertThat(next()).isEqualTo("open");
    assertThat(next()).isEqualTo("message n");
  }

  @Test
  void endsWhenACompressedMessageGrowsTooLarge() throws Exception {
    open(answering("gzip", frame(1, gzip(new byte[50 * MAX_BYTES]))), Duration.ofSeconds(30));

    assertThat(next()).isEqualTo("open");
    assertThat(next()).contains("larger than " + MAX_BYTES + " bytes once it is decompressed");
  }

  @Test
  void hearsTheEndWhenMessagesComeAfterItsGoodbye() throws Exception {
    byte[] late = frame(0, DeltaDiscoveryResponse.newBuilder().setNonce("n").build().toByteArray());
    open(
        request -> {
          answering("identity", late).handle(request);
          request.endHandler(
              half -> {
                HttpServerResponse response = request.response();
                for (int i = 0; i < 5; i++) {
                  response.write(Buffer.buffer(late));
                }
                response.putTrailer("grpc-status", "0").end();
              });
        },
        Duration.ofSeconds(30));
    assertThat(next()).isEqualTo("open");
    assertThat(next()).isEqualTo("message n");

    serial.execute(stream::goodbye);

    // what comes now is of no use to one that leaves
    assertThat(next()).isEqualTo("end: null");
  }

  @Test
  void closedBeforeItsLoopGotToItAsksForNothing() throws Exception {
    EventLoopGroup loops = ((VertxInternal) vertx).nettyEventLoopGroup();
    Queue<Throwable> unhandled = new ConcurrentLinkedQueue<>();
    vertx.exceptionHandler(unhandled::add);
    CountDownLatch busy = new CountDownLatch(1);
    loops.forEach(loop -> loop.submit(() -> busy.await(20, TimeUnit.SECONDS)));

    open(1, Duration.ofSeconds(30));
    serial.execute(() -> stream.close());
    assertThat(next()).isEqualTo("end: null");
    busy.countDown();
    for (EventExecutor loop : loops) {
      loop.submit(() -> {}).get(20, TimeUnit.SECONDS);
    }
    vertx.exceptionHandler(null);

    assertThat(unhandled).isEmpty();
  }

  @Test
  void anotherServerThanGrpcIsAnError() throws Exception {
    open(request -> request.response().setStatusCode(404).end("no"), Duration.ofSeconds(30));

    assertThat(next()).isEqualTo("open");
    assertThat(next()).startsWith("end: ").isNotEqualTo("end: null");
  }

  @Test
  void whatBreaksTheConnectionIsTheEndAndNoErrorOfVertx() throws Exception {
    Logger vertxLog = (Logger) LoggerFactory.getLogger("io.vertx");
    ListAppender<ILoggingEvent> logged = new ListAppender<>();
    logged.start();
    vertxLog.addAppender(logged);
    CompletableFuture<NetSocket> accepted = new CompletableFuture<>();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    NetServer server =
        vertx
            .createNetServer()
            .connectHandler(
                socket -> {
                  socket.write(frame(SETTINGS));
                  socket.closeHandler(gone -> closed.complete(null));
                  accepted.complete(socket);
                })
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
    open(server.actualPort(), Duration.ofSeconds(20));
    assertThat(next()).isEqualTo("open");

    accepted.get(10, TimeUnit.SECONDS).write(frame(DATA)); // of no stream, which nobody may send

    assertThat(next()).startsWith("end: ");
    closed.get(10, TimeUnit.SECONDS);
    vertxLog.detachAppender(logged);
    assertThat(logged.list).isEmpty();
    assertThat(events).isEmpty();
  }

  /** An empty frame of HTTP/2 that belongs to no stream. */
  private static Buffer frame(int type) {
    return Buffer.buffer(new byte[] {0, 0, 0, (byte) type, 0, 0, 0, 0, 0});
  }
}
