package dev.weft.proxy.http1;

import dev.weft.proxy.stream.RequestSyntax;
import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import java.util.Arrays;

/** Reads lines that end with CRLF, and header fields from them (RFC 9112, sections 2.2 and 5). */
final class LineReader {
  private static final int FIRST = 256;

  /** A longer line than most does not keep its room on an idle connection. */
  private static final int KEPT = 1024;

  private byte[] line = new byte[FIRST];
  private int length;
  // How much of the line at the reader index was searched for its end already.
  private int searched;
  private int colon;

  /** The bytes of the line that was read last; valid until the next read. */
  byte[] bytes() {
    return line;
  }

  /** The last line was used: what an unusual one needed is let go. */
  void shrink() {
    if (line.length > KEPT) {
      line = new byte[FIRST];
    }
  }

  /** The length of that line, without its end. */
  int length() {
    return length;
  }

  /**
   * Reads a line.
   *
   * @return false if it is not complete: nothing was taken then
   * @throws Http1Exception with the given status over the limit; 400 on control bytes, and on a
   *     line feed alone
   */
  boolean read(ByteBuf in, int limit, int statusOfLimit) throws Http1Exception {
    int start = in.readerIndex();
    int end = in.indexOf(start + searched, in.writerIndex(), (byte) '\n');
    int until = (end < 0 ? in.writerIndex() : end) - start;
    if (until > limit) {
      throw new Http1Exception(statusOfLimit, "a line or header section over the limit");
    }
    if (end < 0) {
      refuseControlBytes(in, start + searched);
      // A carriage return at the end is looked at again with what follows it.
      searched = until > 0 && in.getByte(in.writerIndex() - 1) == '\r' ? until - 1 : until;
      return false;
    }
    searched = 0;
    if (until == 0 || in.getByte(end - 1) != '\r') {
      throw new Http1Exception(400, "a line feed without a carriage return");
    }
    length = until - 1;
    if (line.length < length) {
      line = new byte[Math.max(length, line.length * 2)];
    }
    in.getBytes(start, line, 0, length);
    in.readerIndex(end + 1);
    for (int i = 0; i < length; i++) {
      if (!RequestSyntax.isValueByte(line[i])) {
        throw new Http1Exception(400, "a control character in a line");
      }
    }
    return true;
  }

  /** A line that can never become valid is refused before it is complete. */
  private static void refuseControlBytes(ByteBuf in, int from) throws Http1Exception {
    // The last byte may be the carriage return of a line end that is still on its way.
    for (int i = from; i < in.writerIndex(); i++) {
      byte b = in.getByte(i);
      if (!RequestSyntax.isValueByte(b) && !(b == '\r' && i == in.writerIndex() - 1)) {
        throw new Http1Exception(400, "a control character in a line");
      }
    }
  }

  /** The line's field name, in lower case. */
  AsciiString name() throws Http1Exception {
    int hash = 0;
    for (int i = 0; i < length; i++) {
      byte b = line[i];
      if (b == ':' && i > 0) {
        colon = i;
        return HeaderNames.of(line, i, hash);
      }
      if (!RequestSyntax.isTokenByte(b)) {
        throw new Http1Exception(
            400,
            i == 0 && isBlank(b) ? "a folded header line" : "a header name that is not a token");
      }
      if (b >= 'A' && b <= 'Z') {
        b += 'a' - 'A';
        line[i] = b;
      }
      hash = HeaderNames.hash(hash, b);
    }
    throw new Http1Exception(400, "a header line without a colon");
  }

  /** The line's field value, without blanks around it; only after {@link #name}. */
  AsciiString value() {
    int start = colon + 1;
    int end = length;
    while (start < end && isBlank(line[start])) {
      start++;
    }
    while (end > start && isBlank(line[end - 1])) {
      end--;
    }
    return start == end
        ? AsciiString.EMPTY_STRING
        : new AsciiString(Arrays.copyOfRange(line, start, end), false);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }
}
