package dev.weft.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/** However the bytes are cut, a block is open from the frame that begins it to its last byte. */
class HeaderBlocksTest {
  private static final int HEADERS = 1;
  private static final int DATA = 0;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;

  private static ByteBuf preface() {
    return Unpooled.buffer().writeZero(24);
  }

  private static ByteBuf frame(ByteBuf to, int type, int flags, int length) {
    return to.writeMedium(length).writeByte(type).writeByte(flags).writeInt(1).writeZero(length);
  }

  @Test
  void aBlockIsOpenUntilItsEnd() {
    HeaderBlocks blocks = new HeaderBlocks();
    assertThat(blocks.follow(preface())).isFalse();
    assertThat(blocks.follow(frame(Unpooled.buffer(), HEADERS, END_HEADERS, 5))).isFalse();
    assertThat(blocks.follow(frame(Unpooled.buffer(), DATA, 0, 500))).isFalse();
    assertThat(blocks.follow(frame(Unpooled.buffer(), HEADERS, 0, 5))).isTrue();
    assertThat(blocks.follow(frame(Unpooled.buffer(), CONTINUATION, 0, 0))).isTrue();
    assertThat(blocks.follow(frame(Unpooled.buffer(), CONTINUATION, END_HEADERS, 0))).isFalse();
  }

  @Test
  void itDoesNotMatterHowTheBytesCome() {
    ByteBuf all = preface();
    int begin = frame(all, DATA, END_HEADERS, 3).writerIndex();
    int end = frame(all, HEADERS, END_HEADERS, 7).writerIndex();
    frame(all, DATA, 0, 2);
    for (int piece = 1; piece <= all.writerIndex(); piece++) {
      HeaderBlocks blocks = new HeaderBlocks();
      for (int at = 0; at < all.writerIndex(); at += piece) {
        int until = Math.min(all.writerIndex(), at + piece);
        boolean open = blocks.follow(all.slice(at, until - at));
        assertThat(open).as("%d of %d", until, piece).isEqualTo(until >= begin + 9 && until < end);
      }
    }
  }
}
