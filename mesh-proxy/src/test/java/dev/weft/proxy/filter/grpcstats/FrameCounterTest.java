package dev.weft.proxy.filter.grpcstats;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Messages are counted where they begin, wherever the body is cut. */
class FrameCounterTest {
  private static final int RUNS = 20_000;

  private final FrameCounter counter = new FrameCounter();

  private int count(int... bytes) {
    ByteBuf part = Unpooled.buffer();
    for (int octet : bytes) {
      part.writeByte(octet);
    }
    return counter.count(part);
  }

  @Test
  void oneMessage() {
    assertThat(count(0, 0, 0, 0, 2, 'h', 'i')).isEqualTo(1);
    assertThat(count()).isZero();
  }

  @Test
  void aMessageMayBeEmptyOrCompressedOrHaveFlagsThatNobodyKnows() {
    assertThat(count(0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 'x', 7, 0, 0, 0, 0)).isEqualTo(3);
  }

  @Test
  void itCountsWithItsFirstByteAndNotAgain() {
    assertThat(count(0)).isEqualTo(1);
    assertThat(count(0, 0)).isZero();
    assertThat(count(0, 3, 'a')).isZero();
    assertThat(count('b')).isZero();
    assertThat(count('c', 0)).isEqualTo(1);
  }

  @Test
  void lengthsAreUnsigned() {
    assertThat(count(0, 0xff, 0xff, 0xff, 0xff)).isEqualTo(1);
    assertThat(count(new int[100])).isZero();
    assertThat(count(0, 0, 0, 0, 0)).isZero();
  }

  @Test
  void aPartIsLeftAsItIs() {
    ByteBuf part = Unpooled.wrappedBuffer(new byte[] {9, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
    part.skipBytes(2);

    assertThat(counter.count(part)).isEqualTo(2);
    assertThat(part.readerIndex()).isEqualTo(2);
    assertThat(part.refCnt()).isEqualTo(1);
  }

  /** Law: a part counts the messages that begin in it. */
  @Test
  void eachPartCountsWhatBeginsInIt() {
    for (int seed = 0; seed < RUNS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      ByteBuf body = Unpooled.buffer();
      List<Integer> starts = new ArrayList<>();
      for (int i = random.nextInt(8); i > 0; i--) {
        starts.add(body.writerIndex());
        int length = random.nextInt(4) == 0 ? 0 : random.nextInt(1, 600);
        body.writeByte(random.nextInt(256)).writeInt(length);
        for (int j = 0; j < length; j++) {
          body.writeByte(random.nextInt(256));
        }
      }
      int whole = random.nextInt(3) == 0 ? random.nextInt(body.writerIndex() + 1) : -1;
      int end = whole < 0 ? body.writerIndex() : whole;
      FrameCounter counted = new FrameCounter();
      for (int from = 0; from < end; ) {
        int to = Math.min(end, from + random.nextInt(random.nextBoolean() ? 4 : 700));
        int begin = from;
        long expected = starts.stream().filter(start -> start >= begin && start < to).count();
        assertThat(counted.count(body.slice(from, to - from)))
            .as("seed %d, bytes %d to %d of messages at %s", seed, from, to, starts)
            .isEqualTo((int) expected);
        from = to;
      }
    }
  }
}
