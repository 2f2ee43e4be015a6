package dev.weft.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.stream.WindowBudget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2FrameWriter;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConnectionWindowTest {
  private static final int MIB = 1024 * 1024;

  private final WindowBudget budget = new WindowBudget(3 * MIB);
  private final DefaultHttp2Connection connection = new DefaultHttp2Connection(true);
  private final DefaultHttp2LocalFlowController flow =
      new DefaultHttp2LocalFlowController(connection);
  private final ChannelInboundHandlerAdapter handler = new ChannelInboundHandlerAdapter();
  private final EmbeddedChannel channel = new EmbeddedChannel(handler);
  private final ConnectionWindow window = new ConnectionWindow(connection, flow, budget);

  @BeforeEach
  void open() throws Http2Exception {
    flow.frameWriter(new DefaultHttp2FrameWriter());
    flow.channelHandlerContext(channel.pipeline().context(handler));
    flow.initialWindowSize(8 * MIB);
    window.open();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private Http2Stream stream(int id) throws Http2Exception {
    return connection.remote().createStream(id, false);
  }

  private void receive(Http2Stream stream, int bytes) throws Http2Exception {
    ByteBuf data = Unpooled.wrappedBuffer(new byte[bytes]);
    flow.receiveFlowControlledFrame(stream, data, 0, false);
    window.onRead();
  }

  private int left() {
    return flow.windowSize(connection.connectionStream());
  }

  @Test
  void whatIsReadAtOnceBorrowsNothing() throws Http2Exception {
    Http2Stream read = stream(1);
    for (int i = 0; i < 100; i++) {
      receive(read, MIB / 4);
      flow.consumeBytes(read, MIB / 4);
    }
    assertThat(budget.taken()).isZero();
    assertThat(left()).isBetween(MIB / 2, MIB);
  }

  @Test
  void itDoublesWhereStreamsHoldMostOfIt() throws Http2Exception {
    receive(stream(1), MIB - 1);

    assertThat(left()).isEqualTo(MIB + 1);
    assertThat(budget.taken()).isEqualTo(MIB);
    assertThat(window.isLow()).isFalse();
  }

  @Test
  void itIsLowOnceTheBudgetIsSpent() throws Http2Exception {
    Http2Stream stalled = stream(1);
    receive(stalled, MIB);
    receive(stalled, MIB);
    assertThat(left()).isEqualTo(2 * MIB);
    receive(stalled, 2 * MIB - 1);

    assertThat(budget.taken()).isEqualTo(3 * MIB);
    assertThat(left()).isEqualTo(1);
    assertThat(window.isLow()).isTrue();
  }

  @Test
  void whatWasLentGoesBackOnceThePeerHasUsedItUp() throws Http2Exception {
    Http2Stream stalled = stream(1);
    receive(stalled, MIB);
    flow.consumeBytes(stalled, MIB);
    Http2Stream read = stream(3);
    receive(read, 1);

    assertThat(budget.taken()).as("while the peer may still send it").isEqualTo(MIB);
    for (int i = 0; i < 100; i++) {
      receive(read, MIB / 8);
      flow.consumeBytes(read, MIB / 8);
      assertThat(left()).isLessThanOrEqualTo(MIB + (int) budget.taken());
    }
    assertThat(budget.taken()).isZero();
    assertThat(left()).isBetween(MIB / 2, MIB);
  }

  @Test
  void itGrowsAgainWhileItIsBeingTakenBack() throws Http2Exception {
    Http2Stream stalled = stream(1);
    receive(stalled, MIB);
    flow.consumeBytes(stalled, MIB);
    receive(stalled, 1);
    receive(stalled, left() - 1);

    assertThat(window.isLow()).isFalse();
    assertThat(budget.taken()).isEqualTo(3 * MIB);
    assertThat(left() + flow.unconsumedBytes(connection.connectionStream())).isEqualTo(4 * MIB);
  }

  @Test
  void itsEndGivesBackEverything() throws Http2Exception {
    receive(stream(1), MIB);
    window.close();

    assertThat(budget.taken()).isZero();
  }
}
