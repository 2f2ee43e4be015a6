package dev.weft.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.loop.BodyBudget;
import dev.weft.proxy.loop.KeptBytes;
import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.SendStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * However a body comes, and however often it is sent, every try that may be made gets all of it.
 */
class RequestBodyTest {
  /** Takes some bytes at once and queues the others. */
  private static final class Sink implements SendStream {
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    final ArrayDeque<Integer> queued = new ArrayDeque<>();
    final SplittableRandom random;
    boolean ended;

    Sink(SplittableRandom random) {
      this.random = random;
    }

    @Override
    public boolean sendData(ByteBuf data, boolean endStream) {
      assertThat(ended).isFalse();
      ended = endStream;
      int size = data.readableBytes();
      bytes.writeBytes(ByteBufUtil.getBytes(data));
      data.release();
      boolean taken = random.nextBoolean();
      if (!taken) {
        queued.add(size);
      }
      return taken;
    }

    @Override
    public void sendHeaders(Http2Headers headers, boolean endStream) {}

    @Override
    public void sendTrailers(Http2Headers trailers) {
      ended = true;
    }

    @Override
    public void reset(ResetReason reason) {}

    @Override
    public void consumed(int bytes) {}
  }

  @Test
  void everyTryGetsAllAndCreditIsGivenOnce() {
    for (long seed = 0; seed < 40; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      RequestBody body =
          new RequestBody(new KeptBytes(new BodyBudget(1_000_000), 1), Integer.MAX_VALUE);
      ByteArrayOutputStream expected = new ByteArrayOutputStream();
      long credit = 0;
      Sink sink = null;
      int parts = random.nextInt(0, 90);
      int most = random.nextBoolean() ? 20 : 5_000;
      boolean ended = false;
      for (int i = 0; i < parts * 2 || !ended; i++) {
        switch (random.nextInt(6)) {
          case 0, 1, 2 -> {
            if (i < parts * 2 && !ended) {
              byte[] bytes = new byte[random.nextInt(most)];
              for (int b = 0; b < bytes.length; b++) {
                bytes[b] = (byte) random.nextInt();
              }
              expected.writeBytes(bytes);
              body.add(PooledByteBufAllocator.DEFAULT.buffer(bytes.length).writeBytes(bytes));
            }
          }
          case 3 -> {
            if (body.replayable() && random.nextInt(4) == 0) {
              sink = new Sink(random);
              body.begin(false);
            }
          }
          case 4 -> {
            if (sink != null && !sink.queued.isEmpty()) {
              body.drained(sink.queued.poll());
            }
          }
          default -> {
            if (i >= parts * 2 && !ended) {
              ended = true;
              body.end(null);
            }
          }
        }
        if (sink != null) {
          body.sendTo(sink);
          assertThat(sink.bytes.size()).as("seed %s step %s", seed, i).isEqualTo(expected.size());
        }
        credit += body.takeCredit();
        assertThat(credit).isBetween(0L, (long) expected.size());
      }
      if (sink == null) {
        sink = new Sink(random);
        body.begin(false);
        body.sendTo(sink);
        credit += body.takeCredit();
      }
      while (!sink.queued.isEmpty()) {
        body.drained(sink.queued.poll());
      }
      credit += body.takeCredit();
      assertThat(sink.ended).as("seed %s", seed).isTrue();
      assertThat(sink.bytes.toByteArray()).as("seed %s", seed).isEqualTo(expected.toByteArray());
      assertThat(credit).as("seed %s", seed).isEqualTo(expected.size());
      body.release();
    }
  }

  @Test
  void whatIsTooLargeIsNotKept() {
    RequestBody body =
        new RequestBody(new KeptBytes(new BodyBudget(1_000_000), 1), Integer.MAX_VALUE);
    Sink sink = new Sink(new SplittableRandom(1));
    body.begin(false);
    body.add(PooledByteBufAllocator.DEFAULT.buffer().writeZero(RequestBody.KEPT_BYTES));
    body.sendTo(sink);
    assertThat(body.replayable()).isTrue();
    body.add(PooledByteBufAllocator.DEFAULT.buffer().writeZero(1));
    body.sendTo(sink);
    assertThat(body.replayable()).isFalse();
    body.release();
  }

  @Test
  void beyondWhatAllMayKeepABodyIsSentOnce() {
    KeptBytes budget = new KeptBytes(new BodyBudget(100), 1);
    RequestBody first = new RequestBody(budget, Integer.MAX_VALUE);
    RequestBody second = new RequestBody(budget, Integer.MAX_VALUE);
    for (RequestBody body : java.util.List.of(first, second)) {
      body.begin(false);
      body.add(PooledByteBufAllocator.DEFAULT.buffer().writeZero(60));
      body.end(null);
      body.sendTo(new Sink(new SplittableRandom(1)));
    }
    assertThat(first.replayable()).isTrue();
    assertThat(second.replayable()).isFalse();
    // What is sent again is not counted again, and what is let go is given back.
    first.begin(false);
    first.sendTo(new Sink(new SplittableRandom(1)));
    first.release();
    second.release();
    assertThat(budget.take(100)).isTrue();
  }

  @Test
  void whatWaitsIsBoundedOverAllRequestsAndGivenBack() {
    BodyBudget process = new BodyBudget(100);
    KeptBytes budget = new KeptBytes(process, 10);
    RequestBody first = new RequestBody(budget, Integer.MAX_VALUE);
    RequestBody second = new RequestBody(new KeptBytes(process, 10), Integer.MAX_VALUE);
    first.add(PooledByteBufAllocator.DEFAULT.buffer().writeZero(70));
    second.add(PooledByteBufAllocator.DEFAULT.buffer().writeZero(40));

    assertThat(first.hold()).isTrue();
    assertThat(second.hold()).isFalse();
    assertThat(process.refusals()).isPositive();
    first.release();
    assertThat(second.hold()).isTrue();
    // What has waited and goes out is still known to the budget where it is kept, once.
    second.begin(false);
    second.sendTo(new Sink(new SplittableRandom(1)));
    assertThat(second.replayable()).isTrue();
    assertThat(process.taken()).isBetween(40L, 60L);
    second.release();
    assertThat(process.taken()).isLessThanOrEqualTo(2 * 20);
  }
}
