package dev.weft.proxy.stream;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Collects the small pieces that are written to a connection into one buffer, so that they cost one
 * entry in the socket's write list and one TLS record. Pieces worth a system call of their own pass
 * by it without a copy. Confined to its loop.
 */
public final class MergeBuffer {
  /** Pieces up to this many bytes are copied. */
  public static final int SMALL = 4096;

  private static final int FIRST = 512;
  private static final int MOST = 64 * 1024;

  private final ChannelHandlerContext ctx;
  private @Nullable ByteBuf merged;
  // Grows with what the connection carries, so that a busy one seldom has to allocate twice.
  private int size = FIRST;

  public MergeBuffer(ChannelHandlerContext ctx) {
    this.ctx = ctx;
  }

  /** Whether bytes wait here. */
  public boolean isEmpty() {
    return merged == null;
  }

  /** A buffer to which {@code bytes} more can be written; valid until the next call. */
  public ByteBuf room(int bytes) {
    ByteBuf buffer = merged;
    if (buffer != null && buffer.maxFastWritableBytes() < bytes) {
      size = Math.min(size * 2, MOST);
      spill();
      buffer = null;
    }
    if (buffer == null) {
      buffer = ctx.alloc().directBuffer(Math.max(size, bytes));
      merged = buffer;
    }
    return buffer;
  }

  /** Adds a piece of a body, taking it over: a small one is copied, a large one passed on. */
  public void add(ByteBuf piece) {
    int bytes = piece.readableBytes();
    if (bytes > SMALL) {
      spill();
      ctx.write(piece, ctx.voidPromise());
      return;
    }
    room(bytes).writeBytes(piece);
    piece.release();
  }

  /**
   * Hands what was collected to the channel; what is written to the channel next comes after it.
   */
  public void spill() {
    ByteBuf buffer = merged;
    if (buffer != null) {
      merged = null;
      ctx.write(buffer, ctx.voidPromise());
    }
  }

  /** Drops what was collected: the channel is gone. */
  public void release() {
    ByteBuf buffer = merged;
    if (buffer != null) {
      merged = null;
      buffer.release();
    }
  }
}
