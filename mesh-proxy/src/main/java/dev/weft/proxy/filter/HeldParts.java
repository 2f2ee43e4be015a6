package dev.weft.proxy.filter;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rest of a message whose head waits, in order. Many small parts become one. */
final class HeldParts {
  /** Small parts pin more memory than they have bytes: beyond this number they are copied. */
  private static final int PARTS = 64;

  private static final int SMALL = 1024;
  private static final int MERGED = 16 * 1024;

  private final List<ByteBuf> parts = new ArrayList<>(0);
  private @Nullable ByteBuf merging;
  private boolean ended;
  private @Nullable Http2Headers trailers;

  /** Adds a part, taking it over. */
  void add(ByteBuf data, boolean endStream) {
    ended |= endStream;
    int size = data.readableBytes();
    if (size == 0) {
      data.release();
      return;
    }
    if (size > SMALL || parts.size() < PARTS) {
      merging = null;
      parts.add(data);
      return;
    }
    ByteBuf tail = merging;
    if (tail == null || tail.writableBytes() < size) {
      tail = ByteBufAllocator.DEFAULT.buffer(MERGED, MERGED);
      merging = tail;
      parts.add(tail);
    }
    tail.writeBytes(data);
    data.release();
  }

  void end(Http2Headers with) {
    trailers = with;
  }

  /** Lets a stage see everything; it may end the exchange, which lets go of what is left. */
  void showTo(FilterChannel.Stage stage) {
    for (int i = 0; i < parts.size(); i++) {
      stage.data(parts.get(i), ended && i == parts.size() - 1);
    }
    if (ended && parts.isEmpty()) {
      stage.data(Unpooled.EMPTY_BUFFER, true);
    }
    if (trailers != null) {
      stage.trailers(trailers);
    }
  }

  /** Hands everything over. */
  void moveTo(FilterChannel channel) {
    List<ByteBuf> all = List.copyOf(parts);
    boolean end = ended;
    Http2Headers last = trailers;
    forget();
    for (int i = 0; i < all.size(); i++) {
      channel.leave(all.get(i), end && i == all.size() - 1);
    }
    if (end && all.isEmpty()) {
      channel.leave(Unpooled.EMPTY_BUFFER, true);
    }
    if (last != null) {
      channel.leave(last);
    }
  }

  void release() {
    parts.forEach(ByteBuf::release);
    forget();
  }

  private void forget() {
    parts.clear();
    merging = null;
    ended = false;
    trailers = null;
  }
}
