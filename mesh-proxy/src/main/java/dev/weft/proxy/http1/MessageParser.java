package dev.weft.proxy.http1;

import dev.weft.proxy.stream.ForbiddenTrailers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.EmptyHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;

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
  private final LineReader line = new LineReader();
  private int sectionBytes;
  private int sectionLines;
  private long left;
  private boolean headDone;
  private Http2Headers fields = EmptyHttp2Headers.INSTANCE;

  MessageParser(MessageSink sink, int maxHeaderBytes, int maxHeaders) {
    this.sink = sink;
    this.maxHeaderBytes = maxHeaderBytes;
    this.maxHeaders = maxHeaders;
  }

  /** Reads the first line of a message; false if it was skipped. */
  abstract boolean startLine(byte[] line, int length) throws Http1Exception;

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
    INTERIM,
    /** HTTP ends with this head: what follows are bytes, until the connection's end. */
    BYTES
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
    line.shrink();
    startSection();
    headDone = false;
  }

  /** What follows the message that was read are bytes, until the connection's end. */
  final void goOnWithBytes() {
    state = State.UNTIL_CLOSE;
  }

  /** Nothing more is read. */
  final void stop() {
    state = State.STOPPED;
  }

  /** How many bytes of the body follow, as far as its framing says: -1 if it does not. */
  final long bodyLeft() {
    return state == State.COMPLETE ? 0 : state == State.LENGTH ? left : -1;
  }

  final Http2Headers fields() {
    return fields;
  }

  final void length(long length) {
    left = length;
  }

  /** Whether what is being read ends when the connection does. */
  final boolean endsWithConnection() {
    return state == State.UNTIL_CLOSE;
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
  }

  private boolean readLine(ByteBuf in, int limit, int statusOfLimit) throws Http1Exception {
    int start = in.readerIndex();
    boolean complete = line.read(in, limit, statusOfLimit);
    sectionBytes += in.readerIndex() - start;
    return complete;
  }

  private void countLine() throws Http1Exception {
    if (++sectionLines > maxHeaders) {
      throw new Http1Exception(431, "more than " + maxHeaders + " headers");
    }
  }

  private boolean start() throws Http1Exception {
    if (startLine(line.bytes(), line.length())) {
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

  /** The headers are the sink's from here on: an idle connection holds none. */
  private Http2Headers handOver() {
    Http2Headers read = fields;
    fields = EmptyHttp2Headers.INSTANCE;
    return read;
  }

  private boolean field() throws Http1Exception {
    if (line.length() > 0) {
      countLine();
      AsciiString name = line.name();
      AsciiString value = line.value();
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
          case UNTIL_CLOSE, BYTES -> State.UNTIL_CLOSE;
        };
    sink.onHead(handOver(), end);
    return true;
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
    byte[] bytes = line.bytes();
    while (digits < line.length() && bytes[digits] != ';') {
      int digit = Character.digit((char) (bytes[digits] & 0xff), 16);
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
    if (line.length() > 0) {
      countLine();
      AsciiString name = line.name();
      if (!ForbiddenTrailers.contains(name)) {
        fields.add(name, line.value());
      }
      return true;
    }
    state = State.COMPLETE;
    if (fields.isEmpty()) {
      sink.onBody(Unpooled.EMPTY_BUFFER, true);
    } else {
      sink.onTrailers(handOver());
    }
    return true;
  }
}
