package dev.weft.proxy.http2;

import io.netty.buffer.ByteBuf;

/**
 * Follows the frames of a client's bytes (RFC 9113, section 4) to know what the codec does not say:
 * whether a header block was begun and is not at its end, and how often one changes the size of the
 * table before its first field. Confined to its loop.
 */
final class HeaderBlocks {
  private static final int PREFACE_BYTES = 24;
  private static final int FRAME_HEADER_BYTES = 9;
  private static final int HEADERS = 1;
  private static final int CONTINUATION = 9;
  private static final int END_HEADERS = 4;

  private final TableSizeChanges changes = new TableSizeChanges();

  /** Of the preface, or the payload of a frame. */
  private int left = PREFACE_BYTES;

  /** The length, type and flags of a frame whose header has come in part. */
  private long header;

  private int headerBytes;
  private boolean ofBlock;
  private boolean open;
  private boolean lastFrame;

  /**
   * Goes on with bytes, which it leaves as they are.
   *
   * @return whether a block is open at their end
   */
  boolean follow(ByteBuf bytes) {
    int at = bytes.readerIndex();
    int end = bytes.writerIndex();
    while (at < end) {
      if (left > 0) {
        int skipped = Math.min(left, end - at);
        if (ofBlock) {
          changes.follow(bytes, at, at + skipped);
        }
        at += skipped;
        payload(skipped);
      } else if (headerBytes == 0 && end - at >= FRAME_HEADER_BYTES) {
        begin(bytes.getUnsignedMedium(at), bytes.getByte(at + 3), bytes.getByte(at + 4));
        at += FRAME_HEADER_BYTES;
      } else {
        headerByte(bytes.getUnsignedByte(at++));
      }
    }
    return open;
  }

  /** Whether any block changed the table's size more often than is allowed. */
  boolean flips() {
    return changes.tooMany();
  }

  private void headerByte(int value) {
    headerBytes++;
    if (headerBytes <= 5) {
      header = header << 8 | value;
    }
    if (headerBytes == FRAME_HEADER_BYTES) {
      long known = header;
      headerBytes = 0;
      header = 0;
      begin((int) (known >>> 16), (byte) (known >>> 8), (byte) known);
    }
  }

  private void begin(int length, byte type, byte flags) {
    left = length;
    if (type == HEADERS) {
      open = true;
      changes.begin(flags);
    }
    ofBlock = type == HEADERS || type == CONTINUATION;
    lastFrame = ofBlock && (flags & END_HEADERS) != 0;
    payload(0);
  }

  private void payload(int bytes) {
    left -= bytes;
    if (left == 0 && lastFrame) {
      open = false;
      lastFrame = false;
    }
  }
}
