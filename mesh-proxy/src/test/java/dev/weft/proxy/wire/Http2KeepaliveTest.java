package dev.weft.proxy.wire;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.stream.ServerSettings;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.upstream.ConnectionSettings;
import dev.weft.proxy.upstream.WireProtocol;
import dev.weft.xds.model.Http1Settings;
import dev.weft.xds.model.Http2Keepalive;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** PINGs by which connections find out that nobody is there any more. */
class Http2KeepaliveTest {
  private static final Http2Keepalive OFTEN =
      new Http2Keepalive(Duration.ofMillis(5), Duration.ofMillis(500), 15, Duration.ZERO);
  private static final Http2Keepalive BEFORE_STREAMS =
      new Http2Keepalive(Duration.ZERO, Duration.ofMillis(500), 0, Duration.ofNanos(1));
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] NO_SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
  private static final int PING = 6;

  private static Vertx vertx;

  @BeforeAll
  static void start() {
    vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
  }

  @AfterAll
  static void stop() {
    TestProxy.close(vertx);
  }

  private static ServerSettings clients(Http2Keepalive pings) {
    return new ServerSettings(
        8 * 1024,
        100,
        50,
        0,
        Duration.ZERO,
        Duration.ZERO,
        Duration.ZERO,
        false,
        Http1Settings.DEFAULT,
        pings);
  }

  private static ConnectionSettings endpoints(Http2Keepalive pings) {
    return new ConnectionSettings(
        Duration.ofSeconds(5), Duration.ZERO, 0, 10, 10, 10, 1, null, pings);
  }

  private static Http2Headers get() {
    return new DefaultHttp2Headers().method("GET").scheme("http").authority("a.test").path("/");
  }

  @Test
  void aClientThatSaysNothingLosesItsConnection() throws IOException {
    try (TestProxy proxy =
            TestProxy.to(vertx, true, WireProtocol.HTTP2, 1, clients(OFTEN), TestProxy.CLIENT);
        Socket client = new Socket("127.0.0.1", proxy.port())) {
      client.getOutputStream().write(PREFACE);
      client.getOutputStream().write(NO_SETTINGS);
      DataInputStream in = new DataInputStream(client.getInputStream());

      // The next would come after the answer to the first.
      assertThat(pings(in)).isEqualTo(1);
      assertThat(proxy.rejections).containsExactly("a PING without an answer");
    }
  }

  @Test
  void aClientThatAnswersIsAskedAgain() throws IOException {
    try (TestProxy proxy =
            TestProxy.to(vertx, true, WireProtocol.HTTP2, 1, clients(OFTEN), TestProxy.CLIENT);
        Socket client = new Socket("127.0.0.1", proxy.port())) {
      client.getOutputStream().write(PREFACE);
      client.getOutputStream().write(NO_SETTINGS);
      DataInputStream in = new DataInputStream(client.getInputStream());

      for (int pings = 0; pings < 5; ) {
        Frame frame = Frame.read(in);
        assertThat(frame).isNotNull();
        if (frame.type() == PING) {
          pings++;
          client.getOutputStream().write(new byte[] {0, 0, 8, PING, 1, 0, 0, 0, 0});
          client.getOutputStream().write(frame.payload());
        }
      }
    }
  }

  @Test
  void aRequestToAnEndpointThatSaysNothingFails() throws Exception {
    try (ServerSocket endpoint = new ServerSocket(0)) {
      CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(() -> silent(endpoint));
      try (TestProxy proxy =
              TestProxy.to(
                  vertx,
                  true,
                  WireProtocol.HTTP2,
                  endpoint.getLocalPort(),
                  TestProxy.SERVER,
                  endpoints(OFTEN));
          RawHttp2 client = RawHttp2.client(vertx, proxy.port())) {
        client.request(3, get(), true);

        assertThat(ended.get()).isEqualTo(1);
        await("the end of the request")
            .until(() -> client.frames.stream().anyMatch(f -> f.startsWith("3 ")));
        assertThat(proxy.counts.unanswered.get()).isEqualTo(1);
      }
    }
  }

  @Test
  void aConnectionThatWasQuietIsAskedBeforeItIsUsed() throws Exception {
    try (ServerSocket endpoint = new ServerSocket(0)) {
      CompletableFuture<Integer> ended = CompletableFuture.supplyAsync(() -> silent(endpoint));
      try (TestProxy proxy =
              TestProxy.to(
                  vertx,
                  true,
                  WireProtocol.HTTP2,
                  endpoint.getLocalPort(),
                  TestProxy.SERVER,
                  endpoints(BEFORE_STREAMS));
          RawHttp2 client = RawHttp2.client(vertx, proxy.port())) {
        client.request(3, get(), true);

        assertThat(ended.get()).isEqualTo(1);
      }
    }
  }

  /** An endpoint that says no more than its settings; gives how many PINGs it got. */
  private static int silent(ServerSocket endpoint) {
    try (Socket connection = endpoint.accept()) {
      OutputStream out = connection.getOutputStream();
      out.write(NO_SETTINGS);
      DataInputStream in = new DataInputStream(connection.getInputStream());
      in.readFully(new byte[PREFACE.length]);
      return pings(in);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** How many PINGs come until the end. */
  private static int pings(DataInputStream in) throws IOException {
    int pings = 0;
    for (Frame frame = Frame.read(in); frame != null; frame = Frame.read(in)) {
      pings += frame.type() == PING ? 1 : 0;
    }
    return pings;
  }

  private record Frame(int type, byte[] payload) {
    /** Null at the end. */
    static Frame read(DataInputStream in) throws IOException {
      int first = in.read();
      if (first < 0) {
        return null;
      }
      byte[] payload = new byte[first << 16 | in.readUnsignedShort()];
      int type = in.readUnsignedByte();
      in.readFully(new byte[5]);
      in.readFully(payload);
      return new Frame(type, payload);
    }
  }
}
