package dev.weft.proxy.http1;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.ServerSettings;
import dev.weft.xds.model.Http1Settings;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.NotYetConnectedException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** A peer that breaks its connection is everyday; only our own mistakes are worth a line. */
class BrokenConnectionTest {
  private static final InetSocketAddress HERE = new InetSocketAddress("127.0.0.1", 1);
  private final Logger logger = (Logger) LoggerFactory.getLogger(Http1Connection.class);
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

  @BeforeEach
  void listen() {
    said.start();
    logger.addAppender(said);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(said);
  }

  private static EmbeddedChannel connection() {
    EmbeddedChannel channel = new EmbeddedChannel();
    channel
        .pipeline()
        .addLast(
            new Http1ServerConnection(
                new ServerSettings(
                    8192,
                    50,
                    16,
                    0,
                    Duration.ofSeconds(5),
                    Duration.ofMinutes(1),
                    Duration.ZERO,
                    false,
                    Http1Settings.DEFAULT),
                new ConnectionInfo(HERE, HERE, false, null, null, false),
                (stream, headers, end) -> {
                  throw new AssertionError("there is no request");
                },
                new FlushScheduler(channel.eventLoop())));
    return channel;
  }

  static Exception[] whatPeersDo() {
    return new Exception[] {
      new IOException("Connection reset by peer"),
      // epoll reads ENOTCONN where a write was told of the reset before
      new NotYetConnectedException()
    };
  }

  @ParameterizedTest
  @MethodSource("whatPeersDo")
  void brokenByThePeer(Exception cause) {
    EmbeddedChannel channel = connection();
    channel.pipeline().fireExceptionCaught(cause);
    assertThat(channel.isOpen()).isFalse();
    assertThat(said.list).isEmpty();
  }

  @Test
  void brokenByUs() {
    EmbeddedChannel channel = connection();
    channel.pipeline().fireExceptionCaught(new IllegalStateException("a mistake"));
    assertThat(channel.isOpen()).isFalse();
    assertThat(said.list).extracting(ILoggingEvent::getLevel).containsExactly(Level.WARN);
  }
}
