package dev.weft.proxy.http1;

import io.netty.buffer.ByteBuf;

/**
 * Gives the names of headers capitals at the beginnings of their words, as old programs expect
 * them: {@code content-type} is {@code Content-Type}, {@code x-b3-id} is {@code X-B3-Id}.
 */
final class ProperCase {
  private ProperCase() {}

  /**
   * Changes the names in lines that are written already.
   *
   * @param from where the first line begins; it is none of a header
   */
  static void apply(ByteBuf written, int from) {
    int end = written.writerIndex();
    int line = next(written, from, end);
    while (line < end) {
      name(written, line, end);
      line = next(written, line, end);
    }
  }

  private static int next(ByteBuf written, int line, int end) {
    int feed = written.indexOf(line, end, (byte) '\n');
    return feed < 0 ? end : feed + 1;
  }

  private static void name(ByteBuf written, int start, int end) {
    boolean first = true;
    for (int i = start; i < end; i++) {
      byte letter = written.getByte(i);
      if (letter == ':' || letter == '\r') {
        return;
      }
      boolean small = letter >= 'a' && letter <= 'z';
      if (first && small) {
        written.setByte(i, letter - ('a' - 'A'));
      }
      first = !small && !(letter >= 'A' && letter <= 'Z') && !(letter >= '0' && letter <= '9');
    }
  }
}
