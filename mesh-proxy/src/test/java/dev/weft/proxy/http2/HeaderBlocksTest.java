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

  private static final int FIELD = 0x82;
  private static final int TO_NOTHING = 0x20;

  /** Back to 4096: a prefix that is full, and two bytes more. */
  private static final int[] BACK = {0x3f, 0xe1, 0x1f};

  private static boolean flips(int... block) {
    boolean atOnce = sent(1, block.length, 0, block);
    assertThat(sent(1, 1, 0, block)).as("in pieces").isEqualTo(atOnce);
    assertThat(sent(0, 1, 8 | 0x20, block)).as("later frames, padding").isEqualTo(atOnce);
    return atOnce;
  }

  /** A HEADERS frame with so many bytes of the block, and the rest in CONTINUATION frames. */
  private static boolean sent(int first, int piece, int flags, int... block) {
    ByteBuf all = preface();
    int before = ((flags & 8) != 0 ? 1 : 0) + ((flags & 0x20) != 0 ? 5 : 0);
    all.writeMedium(before + first).writeByte(HEADERS).writeByte(flags).writeInt(1);
    // Priorities that look like changes of the size.
    all.writeZero(before > 0 ? 1 : 0);
    for (int i = 1; i < before; i++) {
      all.writeByte(TO_NOTHING);
    }
    for (int i = 0; i < block.length; i++) {
      if (i == first) {
        all.writeMedium(block.length - first).writeByte(CONTINUATION).writeByte(4).writeInt(1);
      }
      all.writeByte(block[i]);
    }
    HeaderBlocks blocks = new HeaderBlocks();
    while (all.isReadable()) {
      blocks.follow(all.readSlice(Math.min(piece, all.readableBytes())));
    }
    return blocks.flips();
  }

  @Test
  void aBlockMayChangeTheSizeOfTheTableTwice() {
    assertThat(flips(FIELD, TO_NOTHING, TO_NOTHING, TO_NOTHING)).isFalse();
    assertThat(flips(TO_NOTHING, BACK[0], BACK[1], BACK[2], FIELD)).isFalse();
    assertThat(flips(TO_NOTHING, BACK[0], BACK[1], BACK[2], TO_NOTHING, FIELD)).isTrue();
    assertThat(flips(TO_NOTHING, TO_NOTHING, TO_NOTHING)).isTrue();
  }

  @Test
  void whatABlockDidIsNotForgottenForTheNext() {
    HeaderBlocks blocks = new HeaderBlocks();
    blocks.follow(preface());
    ByteBuf flip = Unpooled.buffer().writeMedium(3).writeByte(HEADERS).writeByte(4).writeInt(1);
    blocks.follow(flip.writeMedium(0x202020));
    blocks.follow(frame(Unpooled.buffer(), HEADERS, END_HEADERS, 5));
    assertThat(blocks.flips()).isTrue();
  }
}
