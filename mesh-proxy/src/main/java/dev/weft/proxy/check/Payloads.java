package dev.weft.proxy.check;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.HexFormat;
import java.util.List;

/** Bytes that must come, one after the other, with anything between them. */
final class Payloads {
  private final List<byte[]> segments;

  /**
   * @param hex of each
   */
  Payloads(List<String> hex) {
    this.segments = hex.stream().map(Payloads::bytes).toList();
  }

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  /** Whether anything will do. */
  boolean isEmpty() {
    return segments.isEmpty();
  }

  /** Whether they all are in these bytes, in their order. */
  boolean areIn(byte[] bytes) {
    int from = 0;
    for (byte[] segment : segments) {
      int at = find(bytes, segment, from);
      if (at < 0) {
        return false;
      }
      from = at + segment.length;
    }
    return true;
  }

  private static int find(byte[] bytes, byte[] segment, int from) {
    for (int at = from; at + segment.length <= bytes.length; at++) {
      int i = 0;
      while (i < segment.length && bytes[at + i] == segment[i]) {
        i++;
      }
      if (i == segment.length) {
        return at;
      }
    }
    return -1;
  }

  /** Keeps what comes, up to so many bytes in all. */
  static void keep(ByteBuf data, ByteArrayOutputStream kept, int most) {
    int length = Math.min(data.readableBytes(), most - kept.size());
    if (length > 0) {
      byte[] bytes = new byte[length];
      data.getBytes(data.readerIndex(), bytes);
      kept.writeBytes(bytes);
    }
  }
}
