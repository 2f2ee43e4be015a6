package dev.weft.proxy.listener;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.tls.Pem;
import dev.weft.proxy.tls.RotatingTlsContexts;
import dev.weft.proxy.tls.Secrets;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.xds.model.CertificateChoice;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.Resumption;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.InlineSecret;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

/** Hellos in pieces, hellos that are none, and clients that say nothing. */
class CertificateSelectorTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final TestCa ca = new TestCa("root");
  private final RotatingTlsContexts contexts = new RotatingTlsContexts(new Secrets());
  private final DownstreamTls settings =
      new DownstreamTls(
          new TlsSettings(
              own("a.test"), null, List.of(), List.of(), TlsVersion.TLS_1_2, TlsVersion.TLS_1_3),
          false,
          Resumption.DEFAULT,
          false,
          new CertificateChoice(List.of(own("b.test")), false));
  private final TlsContexts.Context context = contexts.server(settings);
  private final List<SslHandshakeCompletionEvent> events = new ArrayList<>();

  private InlineSecret own(String name) {
    TestCa.Issued issued = ca.dns(name);
    return new InlineSecret(
        new Secret.Certificate(
            "", Pem.ofCertificates(issued.chain()), Pem.ofKey(issued.keys().getPrivate())));
  }

  private EmbeddedChannel channel() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel.freezeTime();
    channel
        .pipeline()
        .addLast(
            CertificateSelector.first(
                context.server(), settings, TIMEOUT, ByteBufAllocator.DEFAULT),
            new ChannelInboundHandlerAdapter() {
              @Override
              public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                if (event instanceof SslHandshakeCompletionEvent handshake) {
                  events.add(handshake);
                }
              }

              @Override
              public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {}
            });
    return channel;
  }

  private static byte[] hello() throws Exception {
    SSLEngine engine = SSLContext.getDefault().createSSLEngine("b.test", 443);
    engine.setUseClientMode(true);
    ByteBuffer out = ByteBuffer.allocate(20_000);
    engine.wrap(ByteBuffer.allocate(0), out);
    out.flip();
    byte[] bytes = new byte[out.remaining()];
    out.get(bytes);
    return bytes;
  }

  @Test
  void tlsBeginsOnceTheHelloIsWhole() throws Exception {
    EmbeddedChannel channel = channel();
    for (byte each : hello()) {
      assertThat(channel.pipeline().get(SslHandler.class)).isNull();
      channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {each}));
    }
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    assertThat(tls.engine().getPeerHost()).isEqualTo("1");
    assertThat(channel.pipeline().get(CertificateSelector.class)).isNull();
    ByteBuf answer = channel.readOutbound();
    assertThat(answer.getByte(0)).as("a record of a handshake").isEqualTo((byte) 22);
    answer.release();
    channel.finishAndReleaseAll();
  }

  @Test
  void whatIsNoHelloIsLeftToTls() {
    EmbeddedChannel channel = channel();
    channel.writeInbound(Unpooled.copiedBuffer("GET / HTTP/1.1\r\n\r\n".getBytes()));
    assertThat(events).singleElement().satisfies(event -> assertThat(event.isSuccess()).isFalse());
    channel.finishAndReleaseAll();
  }

  @Test
  void silenceEndsInTime() {
    EmbeddedChannel channel = channel();
    channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {22, 3}));
    channel.advanceTimeBy(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertThat(events)
        .singleElement()
        .satisfies(
            event -> assertThat(event.cause()).isInstanceOf(SslHandshakeTimeoutException.class));
    channel.finishAndReleaseAll();
    assertThat(events).hasSize(1);
  }

  @Test
  void whoLeavesBeforeItsHelloHasFailed() {
    EmbeddedChannel channel = channel();
    channel.writeInbound(Unpooled.wrappedBuffer(new byte[] {22, 3}));
    channel.close();
    assertThat(events)
        .singleElement()
        .satisfies(event -> assertThat(event.cause()).isInstanceOf(ClosedChannelException.class));
    channel.finishAndReleaseAll();
  }
}
