package dev.weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.stream.Descriptors;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.WindowBudget;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawServer;
import dev.weft.proxy.testkit.RefusingPort;
import dev.weft.proxy.testkit.SilentPort;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.TlsPeer;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.proxy.transport.NativeTransport;
import dev.weft.proxy.wire.Answered;
import dev.weft.proxy.wire.Counts;
import dev.weft.proxy.wire.TestProxy;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Endpoints with several addresses, over real sockets. */
class HappyEyeballsTest {
  private static Vertx vertx;
  private static EventLoop loop;
  private UpstreamPool pool;
  private final Counts counts = new Counts();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private ConnectionSettings settings = TestProxy.CLIENT;

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

  @BeforeEach
  void makePool() {
    pool =
        new UpstreamPool(
            new FlushScheduler(loop),
            ((VertxInternal) vertx).transport().channelFactory(false),
            Descriptors.unlimited(),
            WindowBudget.ofProcess());
  }

  @AfterEach
  void closeAll() throws Exception {
    onLoop(pool::drain);
    for (AutoCloseable one : opened) {
      one.close();
    }
  }

  private static <T> T onLoop(java.util.concurrent.Callable<T> action) throws Exception {
    return loop.submit(action).get(10, TimeUnit.SECONDS);
  }

  private static void onLoop(Runnable action) throws Exception {
    loop.submit(action).get(10, TimeUnit.SECONDS);
  }

  private <T extends AutoCloseable> T open(T one) {
    opened.add(one);
    return one;
  }

  private int live(String name) {
    Backend backend = Backend.named(vertx, name);
    opened.add(backend::close);
    return backend.port();
  }

  private int refusing() throws Exception {
    return open(new RefusingPort()).number();
  }

  private int silent() throws Exception {
    return open(new SilentPort()).number();
  }

  private static UpstreamTarget target(
      WireProtocol protocol, TlsContexts.@Nullable Context tls, int... ports) {
    List<InetSocketAddress> addresses =
        Arrays.stream(ports).mapToObj(port -> new InetSocketAddress("127.0.0.1", port)).toList();
    return new UpstreamTarget(
        "backend", null, addresses.getFirst(), protocol, tls, null, null, null, addresses);
  }

  private Answered get(UpstreamTarget target) throws Exception {
    Answered answered = new Answered();
    onLoop(
        () ->
            pool.open(
                target,
                settings,
                counts,
                new DefaultHttp2Headers().method("GET").scheme("http").authority("b").path("/"),
                true,
                answered,
                answered));
    return answered;
  }

  @ParameterizedTest
  @EnumSource(
      value = WireProtocol.class,
      names = {"HTTP1", "HTTP2"})
  void theNextIsTriedWhereOneRefuses(WireProtocol protocol) throws Exception {
    int dead = refusing();
    int live = live("live");
    Answered answered = get(target(protocol, null, dead, live));

    await().until(() -> answered.events.contains("end"));
    assertThat(answered.stream.connection().remote().getPort()).isEqualTo(dead);
    assertThat(answered.stream.connection().directRemote().getPort()).isEqualTo(live);
    assertThat(onLoop(pool::connections)).isEqualTo(1);
    assertThat(counts.opening).hasValue(1);
    assertThat(counts.others).hasValue(1);
    assertThat(counts.opened).hasValue(1);
    assertThat(counts.failures).isEmpty();
  }

  @Test
  void theNextIsTriedWhereOneDoesNotAnswer() throws Exception {
    Answered answered = get(target(WireProtocol.HTTP1, null, silent(), live("live")));

    await().until(() -> answered.events.contains("end"));
    assertThat(counts.others).hasValue(1);
    assertThat(onLoop(pool::connections)).isEqualTo(1);
  }

  @Test
  void oneThatAnswersIsEnough() throws Exception {
    int first = live("first");
    Answered answered = get(target(WireProtocol.HTTP1, null, first, live("second")));

    await().until(() -> answered.events.contains("end"));
    assertThat(answered.stream.connection().directRemote().getPort()).isEqualTo(first);
    assertThat(counts.others).hasValue(0);
  }

  @Test
  void whereAllRefuseTheConnectionHasFailedOnce() throws Exception {
    Answered answered = get(target(WireProtocol.HTTP1, null, refusing(), refusing(), refusing()));

    await().until(() -> answered.failure != null);
    assertThat(answered.failure.kind()).isEqualTo(ConnectFailure.Kind.REFUSED);
    assertThat(counts.failures).hasSize(1);
    assertThat(counts.closed).hasValue(1);
    assertThat(counts.others).hasValue(2);
    assertThat(onLoop(pool::connections)).isZero();
  }

  @Test
  void theTimeToConnectIsForAllTogether() throws Exception {
    settings = new ConnectionSettings(Duration.ofMillis(500), Duration.ZERO, 0, 10, 10, 10);
    Answered answered = get(target(WireProtocol.HTTP1, null, silent(), silent(), silent()));

    await().until(() -> answered.failure != null);
    assertThat(answered.failure.kind()).isEqualTo(ConnectFailure.Kind.TIMEOUT);
    assertThat(counts.failures).hasSize(1);
    assertThat(onLoop(pool::connections)).isZero();
  }

  /** The handshake is part of the race, and who has not ended it when another has is closed. */
  @Test
  void whoLosesIsClosed() throws Exception {
    TestCa ca = new TestCa("ca");
    TlsPeer identity = new TlsPeer(ca.dns("backend.test"), ca);
    RawServer mute = open(new RawServer());
    RawServer live = open(new RawServer(identity));
    UpstreamTarget target =
        target(WireProtocol.BYTES, () -> identity.client("http/1.1"), mute.port(), live.port());
    CompletableFuture<Channel> outcome = new CompletableFuture<>();
    onLoop(
        () ->
            new TcpConnector(
                    loop,
                    ((VertxInternal) vertx).transport().channelFactory(false),
                    Descriptors.unlimited())
                .connect(
                    target,
                    Duration.ofSeconds(10),
                    null,
                    new ChannelInboundHandlerAdapter(),
                    new TcpConnector.Listener() {
                      @Override
                      public void onAnother() {
                        counts.openingAnother();
                      }

                      @Override
                      public void onOpened(Channel channel) {
                        outcome.complete(channel);
                      }

                      @Override
                      public void onFailed(ConnectFailure failure) {
                        outcome.completeExceptionally(new IllegalStateException(failure.detail()));
                      }
                    }));

    RawClient losing = mute.accept();
    RawClient winning = live.accept();
    winning.send("hello"); // and the handshake before
    Channel channel = outcome.get(10, TimeUnit.SECONDS);
    assertThat(((InetSocketAddress) channel.remoteAddress()).getPort()).isEqualTo(live.port());
    assertThat(counts.others).hasValue(1);
    losing.readToEnd();
    channel.close().sync();
  }
}
