package dev.weft.proxy.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.stream.DownstreamStream;
import dev.weft.proxy.stream.ReceiveStream;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.proxy.transport.NativeTransport;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.proxy.upstream.WireProtocol;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Http2ConnectionTest {
  private static Vertx vertx;
  private static EventLoop loop;
  private final List<AutoCloseable> opened = new ArrayList<>();

  @BeforeAll
  static void start() {
    vertx =
        NativeTransport.on(Vertx.builder())
            .with(new VertxOptions().setEventLoopPoolSize(1))
            .build();
    loop = ((VertxInternal) vertx).nettyEventLoopGroup().next();
  }

  @AfterAll
  static void stop() {
    TestProxy.close(vertx);
  }

  @AfterEach
  void closeAll() throws Exception {
    for (int i = opened.size() - 1; i >= 0; i--) {
      opened.get(i).close();
    }
  }

  @ParameterizedTest
  @CsvSource({"HTTP1,HTTP1", "HTTP1,HTTP2", "HTTP2,HTTP1", "HTTP2,HTTP2"})
  void trailersPassBothWays(WireProtocol down, WireProtocol up) throws Exception {
    Queue<String> heard = new ConcurrentLinkedQueue<>();
    TestProxy backend = server(up == WireProtocol.HTTP2, heard);
    TestProxy proxy = TestProxy.to(vertx, down == WireProtocol.HTTP2, up, backend.port());
    opened.add(proxy);

    Answered answered = open(proxy, down, "/trailers", false);
    await().until(() -> answered.stream != null);
    onLoop(
        () -> {
          answered.stream.sendData(RawHttp2.text("body"), false);
          answered.stream.sendTrailers(new DefaultHttp2Headers().add("x-checksum", "42"));
          return null;
        });

    await().until(() -> answered.events.contains("trailers grpc-status=0"));
    assertThat(heard).containsExactly("/trailers", "body", "x-checksum=42");
    assertThat(answered.events)
        .containsExactly("open", "head 200", "data hi", "trailers grpc-status=0");
  }

  @Test
  void bytesBeyondTheWindowAreQueuedAndReported() throws Exception {
    Queue<ReceivedBySlowPeer> peers = new ConcurrentLinkedQueue<>();
    TestProxy slow =
        new TestProxy(
            vertx,
            true,
            TestProxy.SERVER,
            l ->
                (stream, headers, end) -> {
                  ReceivedBySlowPeer peer = new ReceivedBySlowPeer(stream);
                  peers.add(peer);
                  return peer;
                });
    opened.add(slow);
    Answered answered = open(slow, WireProtocol.HTTP2, "/", false);
    await().until(() -> peers.size() == 1);
    ReceivedBySlowPeer peer = peers.peek();

    boolean first =
        onLoop(() -> answered.stream.sendData(Unpooled.buffer(200_000).writeZero(200_000), false));
    boolean second =
        onLoop(() -> answered.stream.sendData(Unpooled.buffer(200_000).writeZero(200_000), false));

    assertThat(first).isTrue();
    assertThat(second).isFalse();
    await().until(() -> peer.bytes == 256 * 1024);
    assertThat(answered.events).containsExactly("open");
    onLoop(
        () -> {
          peer.stream.consumed(peer.bytes);
          return null;
        });
    await().until(() -> answered.events.contains("drained 200000"));
    await().until(() -> peer.bytes == 400_000);
  }

  @Test
  void aResetWithQueuedBytesReleasesThem() throws Exception {
    Queue<ReceivedBySlowPeer> peers = new ConcurrentLinkedQueue<>();
    TestProxy slow =
        new TestProxy(
            vertx,
            true,
            TestProxy.SERVER,
            l ->
                (stream, headers, end) -> {
                  ReceivedBySlowPeer peer = new ReceivedBySlowPeer(stream);
                  peers.add(peer);
                  return peer;
                });
    opened.add(slow);
    Answered answered = open(slow, WireProtocol.HTTP2, "/", false);
    await().until(() -> peers.size() == 1);
    ByteBuf large = Unpooled.buffer(1_000_000).writeZero(1_000_000);
    onLoop(() -> answered.stream.sendData(large.retain(), false));
    assertThat(large.refCnt()).as("held until it is gone").isGreaterThan(1);

    onLoop(
        () -> {
          answered.stream.reset(ResetReason.CANCEL);
          return null;
        });

    await().until(() -> large.refCnt() == 1);
    large.release();
    await().until(() -> peers.peek().events.contains("reset CANCEL"));
    assertThat(answered.events).containsExactly("open");
  }

  @Test
  void aGoAwayRefusesWhatItDoesNotNameAndLetsTheRestFinish() throws Exception {
    RawHttp2 server = RawHttp2.server(vertx, new Http2Settings());
    opened.add(server);
    TestProxy unused = server(true, new ConcurrentLinkedQueue<>());
    UpstreamTarget target = target(WireProtocol.HTTP2, server.port());
    Answered named = new Answered();
    Answered unnamed = new Answered();
    open(unused, target, named, "/named", true);
    open(unused, target, unnamed, "/unnamed", true);
    await().until(() -> server.frames.size() >= 3);

    server.write((w, c) -> w.writeGoAway(c, 3, 0, Unpooled.EMPTY_BUFFER, c.newPromise()));
    await().until(() -> unnamed.events.contains("reset REFUSED_STREAM"));
    server.write(
        (w, c) ->
            w.writeHeaders(c, 3, new DefaultHttp2Headers().status("200"), 0, true, c.newPromise()));

    await().until(() -> named.events.contains("head 200 end"));
    await().until(() -> server.frames.contains("closed"));
  }

  @Test
  void aServerDrainsInTwoStepsAndFinishesWhatItHas() throws Exception {
    Queue<ReceivedBySlowPeer> peers = new ConcurrentLinkedQueue<>();
    TestProxy proxy =
        new TestProxy(
            vertx,
            true,
            TestProxy.SERVER,
            l ->
                (stream, headers, end) -> {
                  ReceivedBySlowPeer peer = new ReceivedBySlowPeer(stream);
                  peers.add(peer);
                  return peer;
                });
    opened.add(proxy);
    RawHttp2 client = RawHttp2.client(vertx, proxy.port());
    opened.add(client);
    client.request(3, request("/a"), true);
    await().until(() -> peers.size() == 1);

    onLoop(
        () -> {
          proxy.accepted.peek().drain();
          return null;
        });
    await().until(() -> client.frames.contains("goaway 3 0"));
    assertThat(client.frames).contains("goaway 2147483647 0").doesNotContain("closed");
    onLoop(
        () -> {
          peers.peek().stream.sendHeaders(new DefaultHttp2Headers().status("200"), true);
          return null;
        });

    await().until(() -> client.frames.contains("closed"));
    assertThat(client.frames).contains("3 headers 200 end");
  }

  @Test
  void dataBeforeHeadersFromAnEndpointIsAStreamError() throws Exception {
    RawHttp2 server = RawHttp2.server(vertx, new Http2Settings());
    opened.add(server);
    TestProxy unused = server(true, new ConcurrentLinkedQueue<>());
    Answered answered = new Answered();
    open(unused, target(WireProtocol.HTTP2, server.port()), answered, "/", true);
    await().until(() -> server.frames.stream().anyMatch(f -> f.startsWith("3 headers")));

    server.write((w, c) -> w.writeData(c, 3, RawHttp2.text("x"), 0, false, c.newPromise()));

    await().until(() -> answered.events.contains("reset MALFORMED"));
    await().until(() -> server.frames.contains("3 reset 1"));
  }

  @ParameterizedTest
  @CsvSource({"099", "20", "2000", "abc", "101"})
  void aStatusThatCannotBeIsAStreamError(String status) throws Exception {
    RawHttp2 server = RawHttp2.server(vertx, new Http2Settings());
    opened.add(server);
    TestProxy unused = server(true, new ConcurrentLinkedQueue<>());
    Answered answered = new Answered();
    open(unused, target(WireProtocol.HTTP2, server.port()), answered, "/", true);
    await().until(() -> server.frames.stream().anyMatch(f -> f.startsWith("3 headers")));

    server.write(
        (w, c) ->
            w.writeHeaders(
                c, 3, new DefaultHttp2Headers(false).status(status), 0, true, c.newPromise()));

    await().until(() -> answered.events.contains("reset MALFORMED"));
  }

  @Test
  void aConnectionThatIsLostResetsItsStreams() throws Exception {
    RawHttp2 server = RawHttp2.server(vertx, new Http2Settings());
    TestProxy unused = server(true, new ConcurrentLinkedQueue<>());
    Answered answered = new Answered();
    open(unused, target(WireProtocol.HTTP2, server.port()), answered, "/", false);
    await().until(() -> server.frames.stream().anyMatch(f -> f.startsWith("3 headers")));

    server.close();

    await().until(() -> answered.events.contains("reset CONNECTION_LOST"));
  }

  /** Answers with a body and trailers once the request has ended. */
  private TestProxy server(boolean http2, Queue<String> heard) {
    TestProxy server =
        new TestProxy(
            vertx,
            http2,
            TestProxy.SERVER,
            l ->
                (stream, headers, end) -> {
                  heard.add(headers.path().toString());
                  return new ReceivedBySlowPeer(stream) {
                    @Override
                    public void onData(ByteBuf data, boolean ended) {
                      if (data.isReadable()) {
                        heard.add(data.toString(java.nio.charset.StandardCharsets.US_ASCII));
                      }
                      stream.consumed(data.readableBytes());
                      data.release();
                    }

                    @Override
                    public void onTrailers(Http2Headers trailers) {
                      trailers.forEach(t -> heard.add(t.getKey() + "=" + t.getValue()));
                      stream.sendHeaders(new DefaultHttp2Headers().status("200"), false);
                      stream.sendData(RawHttp2.text("hi"), false);
                      stream.sendTrailers(new DefaultHttp2Headers().add("grpc-status", "0"));
                    }
                  };
                });
    opened.add(server);
    return server;
  }

  private Answered open(TestProxy proxy, WireProtocol protocol, String path, boolean end)
      throws Exception {
    Answered answered = new Answered();
    open(proxy, target(protocol, proxy.port()), answered, path, end);
    return answered;
  }

  private void open(
      TestProxy proxy, UpstreamTarget target, Answered answered, String path, boolean end)
      throws Exception {
    onLoop(
        () ->
            proxy
                .loop(loop)
                .pool()
                .open(
                    target,
                    TestProxy.CLIENT,
                    new Counts(),
                    request(path),
                    end,
                    answered,
                    answered));
  }

  private static UpstreamTarget target(WireProtocol protocol, int port) {
    return new UpstreamTarget(
        "backend", new InetSocketAddress("127.0.0.1", port), protocol, null, null);
  }

  private static Http2Headers request(String path) {
    return new DefaultHttp2Headers().method("POST").scheme("http").authority("a").path(path);
  }

  private static <T> T onLoop(Callable<T> action) throws Exception {
    return loop.submit(action).get(10, TimeUnit.SECONDS);
  }

  /** Takes bytes and gives no credit for them. */
  private static class ReceivedBySlowPeer implements ReceiveStream {
    final DownstreamStream stream;
    final Queue<String> events = new ConcurrentLinkedQueue<>();
    volatile int bytes;

    ReceivedBySlowPeer(DownstreamStream stream) {
      this.stream = stream;
    }

    @Override
    public void onData(ByteBuf data, boolean endStream) {
      bytes += data.readableBytes();
      data.release();
    }

    @Override
    public void onTrailers(Http2Headers trailers) {
      events.add("trailers");
    }

    @Override
    public void onReset(ResetReason reason) {
      events.add("reset " + reason);
    }

    @Override
    public void onDrained(int drained) {
      events.add("drained " + drained);
    }
  }
}
