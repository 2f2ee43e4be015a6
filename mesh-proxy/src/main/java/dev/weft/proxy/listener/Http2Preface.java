package dev.weft.proxy.listener;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** The bytes that HTTP/2 begins with (RFC 9113, section 3.4). */
final class Http2Preface {
  private static final ByteBuf BYTES =
      Unpooled.unreleasableBuffer(
              Unpooled.copiedBuffer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", StandardCharsets.US_ASCII))
          .asReadOnly();

  private Http2Preface() {}

  /** What a connection begins with. */
  enum Found {
    WHOLE,
    /** All there is so far, which may be nothing, is what the preface begins with. */
    BEGINNING,
    OTHER
  }

  /** Looks at the readable bytes, without consuming them. */
  static Found find(ByteBuf in) {
    int there = Math.min(in.readableBytes(), BYTES.readableBytes());
    for (int i = 0; i < there; i++) {
      if (in.getByte(in.readerIndex() + i) != BYTES.getByte(i)) {
        return Found.OTHER;
      }
    }
    return there == BYTES.readableBytes() ? Found.WHOLE : Found.BEGINNING;
  }
}
