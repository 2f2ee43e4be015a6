package dev.weft.proxy.forward;

import dev.weft.proxy.loop.KeptBytes;
import dev.weft.proxy.stream.SendStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request while it may still have to be sent, or sent again: what has not gone to an
 * endpoint yet, in order, and what has, as long as another try may need it. Bytes that wait for an
 * endpoint give their sender no credit, so that they are bounded by its window.
 */
final class RequestBody {
  /** More than this is not kept for another try. */
  static final int KEPT_BYTES = 64 * 1024;

  /** More parts than this neither: small parts pin more memory than they have bytes. */
  static final int KEPT_PARTS = 64;

  private static final int SMALL = 1024;
  private static final int MERGED = 16 * 1024;

  private final KeptBytes budget;
  private final int limit;
  private final List<ByteBuf> parts = new ArrayList<>(2);

  /** Bytes of the parts, and how many of them the budget knows of. */
  private int held;

  private int budgeted;

  /** The small parts that are collected at the end of {@link #parts}; null if none are. */
  private @Nullable ByteBuf merging;

  private long bytes;
  private boolean ended;
  private @Nullable Http2Headers trailers;
  private boolean keeping = true;

  /** Whether something that was sent is not kept any more. */
  private boolean dropped;

  // The try that is under way.
  private int tries;
  private int sent;
  private boolean endSent;
  private long gone;

  /** Bytes that have gone in any try. */
  private long credited;

  /**
   * @param budget of all bodies of the loop
   * @param limit of what is kept for another try, if it is less than {@link #KEPT_BYTES}
   */
  RequestBody(KeptBytes budget, int limit) {
    this.budget = budget;
    this.limit = Math.min(limit, KEPT_BYTES);
  }

  /** Adds a part, taking it over. */
  void add(ByteBuf data) {
    int size = data.readableBytes();
    if (size == 0) {
      data.release();
      return;
    }
    bytes += size;
    held += size;
    if (size > SMALL || parts.size() - sent < KEPT_PARTS) {
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

  /** The body is complete. */
  void end(@Nullable Http2Headers withTrailers) {
    ended = true;
    trailers = withTrailers;
  }

  /** Whether the request is complete. */
  boolean ended() {
    return ended;
  }

  /** Whether the request is complete and has neither body nor trailers. */
  boolean empty() {
    return ended && bytes == 0 && trailers == null;
  }

  /** Whether another try could send all of it. */
  boolean replayable() {
    return !dropped;
  }

  /** Hands over all of it, which has to be complete and {@link #replayable}; none is left here. */
  List<ByteBuf> take() {
    tries++;
    List<ByteBuf> taken = List.copyOf(parts);
    parts.clear();
    held = 0;
    settle();
    sent = 0;
    dropped = true;
    merging = null;
    return taken;
  }

  /** There will be no other try: what was sent may go. */
  void stopKeeping() {
    keeping = false;
    drop();
  }

  /** A try begins, with nothing sent; {@code withHead} if its head was the end already. */
  void begin(boolean withHead) {
    tries++;
    sent = 0;
    gone = 0;
    endSent = withHead;
  }

  /** Sends everything there is that was not sent in this try. */
  void sendTo(SendStream stream) {
    drop();
    int current = tries;
    while (sent < parts.size()) {
      boolean keep = mayKeep() && (keeping = hold());
      boolean last = ended && trailers == null && sent == parts.size() - 1;
      ByteBuf part = keep ? parts.get(sent++).retainedDuplicate() : remove(sent);
      if (sent == parts.size()) {
        merging = null;
      }
      dropped |= !keep;
      endSent |= last;
      int size = part.readableBytes();
      boolean went = stream.sendData(part, last);
      // A stream that breaks while it is written to may have begun another try.
      if (tries != current) {
        return;
      }
      gone += went ? size : 0;
    }
    if (ended && !endSent) {
      endSent = true;
      if (trailers != null) {
        stream.sendTrailers(trailers);
      } else {
        stream.sendData(Unpooled.EMPTY_BUFFER, true);
      }
    }
  }

  private boolean mayKeep() {
    return keeping && bytes <= limit && parts.size() <= KEPT_PARTS;
  }

  /**
   * What is there waits for an endpoint.
   *
   * @return false if the budget has no room for it
   */
  boolean hold() {
    if (budgeted < held) {
      if (!budget.take(held - budgeted)) {
        return false;
      }
      budgeted = held;
    }
    return true;
  }

  private ByteBuf remove(int index) {
    ByteBuf part = parts.remove(index);
    held -= part.readableBytes();
    settle();
    return part;
  }

  /** Gives back to the budget what is not held any more. */
  private void settle() {
    if (budgeted > held) {
      budget.give(budgeted - held);
      budgeted = held;
    }
  }

  /** Lets go of what was sent, where it is not kept any more. */
  private void drop() {
    if (sent > 0 && !mayKeep()) {
      removeFirst(sent);
      sent = 0;
      dropped = true;
    }
  }

  private void removeFirst(int count) {
    List<ByteBuf> past = parts.subList(0, count);
    for (int i = 0; i < count; i++) {
      held -= past.get(i).readableBytes();
      past.get(i).release();
    }
    past.clear();
    settle();
  }

  /** Queued bytes of this try have gone. */
  void drained(int size) {
    gone += size;
  }

  /** A try that was given all of it before another began needs no other: nothing is kept. */
  void wentAll() {
    release();
    gone = bytes;
  }

  /** Bytes that have gone for the first time since the last call. */
  int takeCredit() {
    int fresh = (int) Math.max(0, Math.min(gone, bytes) - credited);
    credited += fresh;
    return fresh;
  }

  /** Lets go of everything. */
  void release() {
    tries++;
    removeFirst(parts.size());
    sent = 0;
    dropped = true;
    merging = null;
  }
}
