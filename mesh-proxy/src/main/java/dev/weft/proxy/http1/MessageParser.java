package dev.weft.proxy.http1;

import dev.weft.proxy.stream.RequestSyntax;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads HTTP/1.1 messages (RFC 9112) from bytes as they come, strictly: where two readers could
 * disagree on where a message ends, it is refused. Bodies are passed on as slices. One message at a
 * time: {@link #parse} stops at its end until {@link #next}.
 */
abstract class MessageParser {
  private static final int MAX_CHUNK_LINE = 4096;
  private static final int MAX_CHUNK_DIGITS = 15;

  private enum State {
    START,
    FIELDS,
    LENGTH,
    UNTIL_CLOSE,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS,
    COMPLETE,
    STOPPED
  }

  private final MessageSink sink;
  private final int maxHeaderBytes;
  private final int maxHeaders;
  private State state = State.START;
  private byte[] line = new byte[256];
  private int lineLength;
  // How much of the line at the reader index was searched for its end already.
  private int searched;
  private int sectionBytes;
  private int sectionLines;
  private long left;
  private boolean headDone;
  private Http2Headers fields = new DefaultHttp2Headers(false, 16);

  MessageParser(MessageSink sink, int maxHeaderBytes, int maxHeaders) {
    this.sink = sink;
    this.maxHeaderBytes = maxHeaderBytes;
    this.maxHeaders = maxHeaders;
  }

  /** Reads the first line of a message, which is in {@link #line()}. False if it was skipped. */
  abstract boolean startLine(int length) throws Http1Exception;

  /** Takes a header that says how the message is framed; false if it is a header like others. */
  abstract boolean framingField(AsciiString name, AsciiString value) throws Http1Exception;

  /** All headers were read. */
  abstract Framing endOfHead(Http2Headers headers) throws Http1Exception;

  /** How a body ends. */
  enum Framing {
    NONE,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE,
    /** An interim head: another head follows. */
    INTERIM
  }

  /** Whether the end of the message was reached. */
  final boolean isComplete() {
    return state == State.COMPLETE;
  }

  /** Whether not a byte of a message was read. */
  final boolean isBeforeMessage() {
    return state == State.START && sectionBytes == 0;
  }

  /** Whether the head of the message was passed on. */
  final boolean isHeadDone() {
    return headDone;
  }

  /** Another message follows. */
  void next() {
    state = State.START;
    startSection();
    headDone = false;
  }

  /** Nothing more is read. */
  final void stop() {
    state = State.STOPPED;
  }

  final byte[] line() {
    return line;
  }

  final Http2Headers fields() {
    return fields;
  }

  final void length(long length) {
    left = length;
  }

  /** The peer closed: true if that is how this body ends, which the sink was told then. */
  final boolean closed() {
    if (state != State.UNTIL_CLOSE) {
      return false;
    }
    state = State.COMPLETE;
    sink.onBody(Unpooled.EMPTY_BUFFER, true);
    return true;
  }

  /**
   * Reads on, as far as the bytes go or the message ends; what is not read stays in the buffer.
   *
   * @throws Http1Exception on bytes that are no valid message; the parser must not be used again
   */
  final void parse(ByteBuf in) throws Http1Exception {
    try {
      while (step(in)) {
        // Each step reads one line, or one piece of a body.
      }
    } catch (Http1Exception e) {
      state = State.STOPPED;
      throw e;
    }
  }

  private boolean step(ByteBuf in) throws Http1Exception {
    return switch (state) {
      case START -> readLine(in, sectionLeft(), 414) && start();
      case FIELDS -> readLine(in, sectionLeft(), 431) && field();
      case TRAILERS -> readLine(in, sectionLeft(), 431) && trailer();
      case LENGTH, CHUNK -> piece(in);
      case UNTIL_CLOSE -> rest(in);
      case CHUNK_SIZE -> readLine(in, MAX_CHUNK_LINE, 400) && chunkSize();
      case CHUNK_END -> chunkEnd(in);
      case COMPLETE, STOPPED -> false;
    };
  }

  private int sectionLeft() {
    return maxHeaderBytes - sectionBytes;
  }

  private void startSection() {
    sectionBytes = 0;
    sectionLines = 0;
    searched = 0;
  }

  /** Copies the next line, without its CRLF, to {@link #line}; false if it is not complete. */
  private boolean readLine(ByteBuf in, int limit, int statusOfLimit) throws Http1Exception {
    int start = in.readerIndex();
    int end = in.indexOf(start + searched, in.writerIndex(), (byte) '\n');
    int length = (end < 0 ? in.writerIndex() : end) - start;
    if (length > limit) {
      throw new Http1Exception(statusOfLimit, "a line or header section over the limit");
    }
    if (end < 0) {
      refuseControlBytes(in, start + searched);
      // A carriage return at the end is looked at again with what follows it.
      searched = length > 0 && in.getByte(in.writerIndex() - 1) == '\r' ? length - 1 : length;
      return false;
    }
    searched = 0;
    if (length == 0 || in.getByte(end - 1) != '\r') {
      throw new Http1Exception(400, "a line feed without a carriage return");
    }
    lineLength = length - 1;
    if (line.length < lineLength) {
      line = new byte[Math.max(lineLength, line.length * 2)];
    }
    in.getBytes(start, line, 0, lineLength);
    in.readerIndex(end + 1);
    sectionBytes += length + 1;
    for (int i = 0; i < lineLength; i++) {
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

  private boolean start() throws Http1Exception {
    if (startLine(lineLength)) {
      state = State.FIELDS;
    } else {
      sectionBytes = 0;
    }
    return true;
  }

  /** Renews the headers before a first line fills them. */
  final void newFields() {
    fields = new DefaultHttp2Headers(false, 16);
  }

  private boolean field() throws Http1Exception {
    if (lineLength > 0) {
      int colon = name();
      AsciiString name = HeaderNames.of(line, colon, nameHash);
      AsciiString value = value(colon + 1);
      if (!framingField(name, value)) {
        fields.add(name, value);
      }
      return true;
    }
    Framing framing = endOfHead(fields);
    startSection();
    headDone = framing != Framing.INTERIM;
    boolean end = framing == Framing.NONE || framing == Framing.LENGTH && left == 0;
    state =
        switch (framing) {
          case INTERIM -> State.START;
          case NONE -> State.COMPLETE;
          case LENGTH -> end ? State.COMPLETE : State.LENGTH;
          case CHUNKED -> State.CHUNK_SIZE;
          case UNTIL_CLOSE -> State.UNTIL_CLOSE;
        };
    sink.onHead(fields, end);
    return true;
  }

  private int nameHash;

  /** Lower-cases the name in the line and returns where its colon is. */
  private int name() throws Http1Exception {
    if (++sectionLines > maxHeaders) {
      throw new Http1Exception(431, "more than " + maxHeaders + " headers");
    }
    int hash = 0;
    for (int i = 0; i < lineLength; i++) {
      byte b = line[i];
      if (b == ':' && i > 0) {
        nameHash = hash;
        return i;
      }
      if (!RequestSyntax.isTokenByte(b)) {
        throw new Http1Exception(
            400,
            i == 0 && (b == ' ' || b == '\t')
                ? "a folded header line"
                : "a header name that is not a token");
      }
      if (b >= 'A' && b <= 'Z') {
        b += 'a' - 'A';
        line[i] = b;
      }
      hash = HeaderNames.hash(hash, b);
    }
    throw new Http1Exception(400, "a header line without a colon");
  }

  private AsciiString value(int from) {
    int start = from;
    int end = lineLength;
    while (start < end && isBlank(line[start])) {
      start++;
    }
    while (end > start && isBlank(line[end - 1])) {
      end--;
    }
    return start == end
        ? AsciiString.EMPTY_STRING
        : new AsciiString(line, start, end - start, true);
  }

  private static boolean isBlank(byte b) {
    return b == ' ' || b == '\t';
  }

  private boolean piece(ByteBuf in) {
    if (!in.isReadable()) {
      return false;
    }
    int bytes = (int) Math.min(left, in.readableBytes());
    left -= bytes;
    boolean end = false;
    if (left == 0) {
      end = state == State.LENGTH;
      state = end ? State.COMPLETE : State.CHUNK_END;
    }
    sink.onBody(in.readRetainedSlice(bytes), end);
    return true;
  }

  private boolean rest(ByteBuf in) {
    if (!in.isReadable()) {
      return false;
    }
    sink.onBody(in.readRetainedSlice(in.readableBytes()), false);
    return true;
  }

  private boolean chunkSize() throws Http1Exception {
    long size = 0;
    int digits = 0;
    while (digits < lineLength && line[digits] != ';') {
      int digit = Character.digit((char) (line[digits] & 0xff), 16);
      if (digit < 0 || digits == MAX_CHUNK_DIGITS) {
        throw new Http1Exception(400, "a chunk size that is not 1 to 15 hexadecimal digits");
      }
      size = size * 16 + digit;
      digits++;
    }
    if (digits == 0) {
      throw new Http1Exception(400, "a chunk without a size");
    }
    startSection();
    left = size;
    if (size == 0) {
      fields = new DefaultHttp2Headers(false, 4);
      state = State.TRAILERS;
    } else {
      state = State.CHUNK;
    }
    return true;
  }

  private boolean chunkEnd(ByteBuf in) throws Http1Exception {
    if (!in.isReadable()) {
      return false;
    }
    if (in.getByte(in.readerIndex()) != '\r'
        || in.readableBytes() > 1 && in.getByte(in.readerIndex() + 1) != '\n') {
      throw new Http1Exception(400, "bytes after a chunk that are not its line end");
    }
    if (in.readableBytes() < 2) {
      return false;
    }
    in.skipBytes(2);
    state = State.CHUNK_SIZE;
    return true;
  }

  private boolean trailer() throws Http1Exception {
    if (lineLength > 0) {
      int colon = name();
      AsciiString name = HeaderNames.of(line, colon, nameHash);
      // What frames, routes or authenticates a message must not come after it was acted upon.
      if (!ForbiddenTrailers.contains(name)) {
        fields.add(name, value(colon + 1));
      }
      return true;
    }
    state = State.COMPLETE;
    if (fields.isEmpty()) {
      sink.onBody(Unpooled.EMPTY_BUFFER, true);
    } else {
      sink.onTrailers(fields);
    }
    return true;
  }

  /**
   * The value of a Content-Length: digits only, within a long.
   *
   * @throws Http1Exception if it is anything else
   */
  static long contentLength(AsciiString value) throws Http1Exception {
    long length = 0;
    for (int i = 0; i < value.length(); i++) {
      int digit = value.byteAt(i) - '0';
      if (digit < 0 || digit > 9 || length > (Long.MAX_VALUE - digit) / 10) {
        throw new Http1Exception(400, "a content-length that is not a number below 2^63");
      }
      length = length * 10 + digit;
    }
    if (value.isEmpty()) {
      throw new Http1Exception(400, "an empty content-length");
    }
    return length;
  }

  /**
   * Checks that a Transfer-Encoding is {@code chunked} and nothing else.
   *
   * @throws Http1Exception 501 for codings that are not supported, 400 for what is none
   */
  static void requireChunked(AsciiString value) throws Http1Exception {
    if (value.contentEqualsIgnoreCase("chunked")) {
      return;
    }
    String[] codings = value.toString().split(",", -1);
    boolean valid =
        codings.length > 1
            && "chunked".equalsIgnoreCase(codings[codings.length - 1].strip())
            && Arrays.stream(codings).allMatch(coding -> RequestSyntax.isToken(coding.strip()))
            && Arrays.stream(codings)
                    .filter(coding -> "chunked".equalsIgnoreCase(coding.strip()))
                    .count()
                == 1;
    throw new Http1Exception(
        valid ? 501 : 400, "transfer-encoding other than chunked: " + printable(value));
  }

  static String printable(AsciiString value) {
    byte[] start = value.toByteArray(0, Math.min(64, value.length()));
    return new String(start, StandardCharsets.ISO_8859_1);
  }
}
