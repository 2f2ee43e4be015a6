package dev.weft.proxy.http2;

import io.netty.buffer.ByteBuf;

/**
 * Counts the changes of the dynamic table's size that a header block begins with: two say all there
 * is to say (RFC 7541, section 4.2), and each one more has the table made anew. Confined to its
 * loop.
 */
final class TableSizeChanges {
  private static final int ALLOWED = 2;
  private static final int PADDED = 8;
  private static final int PRIORITY = 0x20;
  private static final int PRIORITY_BYTES = 5;

  /** Of the frame, before the block. */
  private int skip;

  private int changes;
  private boolean before;
  private boolean inNumber;
  private boolean tooMany;

  /** A HEADERS frame with these flags begins. */
  void begin(byte flags) {
    skip = ((flags & PADDED) != 0 ? 1 : 0) + ((flags & PRIORITY) != 0 ? PRIORITY_BYTES : 0);
    changes = 0;
    before = true;
    inNumber = false;
  }

  /** More of the payload of the block's frames. */
  void follow(ByteBuf bytes, int from, int to) {
    int at = from;
    while (before && at < to) {
      int value = bytes.getUnsignedByte(at++);
      if (skip > 0) {
        skip--;
      } else if (inNumber) {
        inNumber = value >= 0x80;
      } else if ((value & 0xe0) == 0x20) {
        before = ++changes <= ALLOWED;
        tooMany |= !before;
        inNumber = (value & 0x1f) == 0x1f;
      } else {
        before = false;
      }
    }
  }

  /** Whether any block changed the size too often. */
  boolean tooMany() {
    return tooMany;
  }
}
