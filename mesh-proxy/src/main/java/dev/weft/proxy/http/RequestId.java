package dev.weft.proxy.http;

import io.netty.util.AsciiString;
import java.util.random.RandomGenerator;

/** Makes request ids: random UUIDs (RFC 9562, version 4). */
final class RequestId {
  private static final byte[] HEX = {
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'
  };

  private RequestId() {}

  static AsciiString next(RandomGenerator random) {
    long high = random.nextLong() & ~0xF000L | 0x4000L;
    long low = random.nextLong() & ~(0xC000L << 48) | 0x8000L << 48;
    byte[] text = new byte[36];
    int at = 0;
    for (int i = 0; i < 32; i++) {
      if (i == 8 || i == 12 || i == 16 || i == 20) {
        text[at++] = '-';
      }
      long bits = i < 16 ? high : low;
      text[at++] = HEX[(int) (bits >>> (60 - 4 * (i % 16))) & 0xF];
    }
    return new AsciiString(text, false);
  }
}
