package dev.weft.proxy.http1;

import dev.weft.proxy.stream.MergeBuffer;
import dev.weft.proxy.stream.RequestSyntax;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes HTTP/1.1 messages from HTTP/2 headers. It knows how the body it writes is framed and says
 * so if what it is given does not fit.
 */
final class MessageWriter {
  private static final byte[] CRLF = ascii("\r\n");
  private static final byte[] COLON = ascii(": ");
  private static final byte[] VERSION_END = ascii(" HTTP/1.1\r\n");
  private static final byte[] HTTP11 = ascii("HTTP/1.1 ");
  private static final byte[] HTTP10 = ascii("HTTP/1.0 ");
  private static final byte[] HOST = ascii("host: ");
  private static final byte[] COOKIE = ascii("cookie: ");
  private static final byte[] COOKIE_SEPARATOR = ascii("; ");
  private static final byte[] CHUNKED = ascii("transfer-encoding: chunked\r\n");
  private static final byte[] EMPTY_BODY = ascii("content-length: 0\r\n");
  private static final byte[] CLOSE = ascii("connection: close\r\n");
  private static final byte[] KEEP_ALIVE = ascii("connection: keep-alive\r\n");
  private static final byte[] UPGRADE = ascii("connection: upgrade\r\n");
  private static final byte[] LAST_CHUNK = ascii("0\r\n");
  private static final int PER_HEADER = 4;
  private static final int EXTRA = 128;
  private static final int CHUNK_LINE = 16;
  private static final int SWITCHING_PROTOCOLS = 101;

  /** What is told of the connection in an answer's head. */
  enum Persistence {
    /** Nothing: HTTP/1.1 goes on by default. */
    DEFAULT,
    CLOSE,
    /** To an HTTP/1.0 client that asked for it. */
    KEEP_ALIVE
  }

  private enum Framing {
    /**
     * An answer that has no body whatever its headers say; what is given all the same is dropped.
     */
    BODILESS,
    NONE,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE
  }

  private final MergeBuffer out;
  private final boolean properCase;
  private Framing framing = Framing.NONE;
  private long left;

  /**
   * @param properCase whether names of headers have capitals
   */
  MessageWriter(MergeBuffer out, boolean properCase) {
    this.out = out;
    this.properCase = properCase;
  }

  /** A head, or trailers, are written, of which the first line is no header. */
  private void end(ByteBuf to, int start) {
    to.writeBytes(CRLF);
    if (properCase) {
      ProperCase.apply(to, start);
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Writes a request's head; false if its headers contradict each other, and nothing is written.
   *
   * @param upgrade whether the {@code upgrade} among them is meant for the endpoint
   */
  boolean request(Http2Headers headers, boolean end, boolean upgrade) {
    if (!frame(headers, end, false)) {
      return false;
    }
    CharSequence method = String.valueOf(headers.method());
    ByteBuf to = out.room(size(headers));
    int start = to.writerIndex();
    write(to, headers.method());
    to.writeByte(' ');
    write(to, headers.path());
    to.writeBytes(VERSION_END).writeBytes(HOST);
    write(to, headers.authority());
    to.writeBytes(CRLF);
    fields(to, headers);
    if (upgrade) {
      to.writeBytes(UPGRADE);
    }
    if (framing == Framing.CHUNKED) {
      to.writeBytes(CHUNKED);
    } else if (end && !headers.contains(HeaderNames.CONTENT_LENGTH) && mayHaveBody(method)) {
      to.writeBytes(EMPTY_BODY);
    }
    end(to, start);
    return true;
  }

  /** Writes a CONNECT's head; false if it has no target, and nothing is written. */
  boolean connect(Http2Headers headers) {
    CharSequence target = headers.authority();
    if (target == null) {
      return false;
    }
    framing = Framing.NONE;
    ByteBuf to = out.room(size(headers) + target.length());
    int start = to.writerIndex();
    write(to, headers.method());
    to.writeByte(' ');
    write(to, target);
    to.writeBytes(VERSION_END).writeBytes(HOST);
    write(to, target);
    to.writeBytes(CRLF);
    fields(to, headers);
    end(to, start);
    return true;
  }

  private static boolean mayHaveBody(CharSequence method) {
    return !(AsciiString.contentEquals(method, "GET")
        || AsciiString.contentEquals(method, "HEAD")
        || AsciiString.contentEquals(method, "DELETE")
        || AsciiString.contentEquals(method, "TRACE"));
  }

  /** Writes the head that ends HTTP; {@code upgrade} is among its headers. */
  void switching(Http2Headers headers) {
    ByteBuf to = out.room(size(headers));
    int start = to.writerIndex();
    statusLine(to, SWITCHING_PROTOCOLS, false);
    fields(to, headers);
    to.writeBytes(UPGRADE);
    end(to, start);
    goOnWithBytes();
  }

  /** Writes the head that grants a CONNECT. */
  void tunnel(Http2Headers headers) {
    ByteBuf to = out.room(size(headers));
    int start = to.writerIndex();
    statusLine(to, RequestSyntax.status(headers.status()), false);
    fields(to, headers);
    end(to, start);
    goOnWithBytes();
  }

  /** What is written from now on are bytes, until the connection's end. */
  void goOnWithBytes() {
    framing = Framing.UNTIL_CLOSE;
  }

  /** Writes an interim head. */
  void interim(int status, Http2Headers headers) {
    ByteBuf to = out.room(size(headers));
    int start = to.writerIndex();
    statusLine(to, status, false);
    fields(to, headers);
    end(to, start);
  }

  /**
   * Writes an answer's final head; false if its headers contradict each other, and nothing is
   * written.
   *
   * @param toHead whether the request was HEAD
   */
  boolean response(
      int status,
      Http2Headers headers,
      boolean end,
      boolean toHead,
      boolean http10,
      Persistence persistence) {
    boolean bodiless = toHead || status == 204 || status == 304;
    if (!frame(headers, end || bodiless, http10)) {
      return false;
    }
    if (bodiless) {
      framing = Framing.BODILESS;
      left = 0;
    }
    ByteBuf to = out.room(size(headers));
    int start = to.writerIndex();
    statusLine(to, status, http10);
    fields(to, headers);
    if (framing == Framing.CHUNKED) {
      to.writeBytes(CHUNKED);
    } else if (end && !bodiless && !headers.contains(HeaderNames.CONTENT_LENGTH)) {
      to.writeBytes(EMPTY_BODY);
    }
    switch (persistence) {
      case CLOSE -> to.writeBytes(CLOSE);
      case KEEP_ALIVE -> to.writeBytes(KEEP_ALIVE);
      case DEFAULT -> {
        // Nothing to say.
      }
    }
    end(to, start);
    return true;
  }

  /** Whether all that the head promised is written; of a body in chunks that is never certain. */
  boolean isWhole() {
    return framing != Framing.CHUNKED && framing != Framing.UNTIL_CLOSE && left == 0;
  }

  /** Whether the body being written ends when the connection does. */
  boolean endsWithConnection() {
    return framing == Framing.UNTIL_CLOSE;
  }

  private boolean frame(Http2Headers headers, boolean end, boolean http10) {
    CharSequence length = headers.get(HeaderNames.CONTENT_LENGTH);
    left = 0;
    if (length == null) {
      framing = end ? Framing.NONE : http10 ? Framing.UNTIL_CLOSE : Framing.CHUNKED;
      return true;
    }
    framing = Framing.LENGTH;
    try {
      left = HeadRules.contentLength(AsciiString.of(length));
    } catch (Http1Exception e) {
      return false;
    }
    if (end) {
      framing = Framing.NONE;
    }
    return headers.getAll(HeaderNames.CONTENT_LENGTH).size() == 1;
  }

  /**
   * Writes a piece of the body, taking it over.
   *
   * @return false if it does not fit the content-length, and was not written: the message can only
   *     be cut off
   */
  boolean body(ByteBuf piece, boolean end) {
    int bytes = piece.readableBytes();
    boolean fits =
        switch (framing) {
          case NONE -> bytes == 0;
          case LENGTH -> bytes <= left && (!end || bytes == left);
          case BODILESS, CHUNKED, UNTIL_CLOSE -> true;
        };
    if (!fits) {
      piece.release();
      return false;
    }
    if (framing == Framing.LENGTH) {
      left -= bytes;
    }
    if (bytes == 0 || framing == Framing.BODILESS) {
      piece.release();
    } else if (framing == Framing.CHUNKED) {
      chunk(piece, bytes);
    } else {
      out.add(piece);
    }
    if (end && framing == Framing.CHUNKED) {
      out.room(LAST_CHUNK.length + CRLF.length).writeBytes(LAST_CHUNK).writeBytes(CRLF);
    }
    return true;
  }

  private void chunk(ByteBuf piece, int bytes) {
    ByteBuf to = out.room(CHUNK_LINE + (bytes <= MergeBuffer.SMALL ? bytes : 0));
    for (int shift = 28 - Integer.numberOfLeadingZeros(bytes) / 4 * 4; shift >= 0; shift -= 4) {
      to.writeByte(Character.forDigit(bytes >>> shift & 0xf, 16));
    }
    to.writeBytes(CRLF);
    out.add(piece);
    out.room(CRLF.length).writeBytes(CRLF);
  }

  /** Ends the body with trailers, which only chunked framing can carry; false as of a body. */
  boolean trailers(Http2Headers trailers) {
    if (framing != Framing.CHUNKED) {
      return left == 0;
    }
    ByteBuf to = out.room(size(trailers));
    int start = to.writerIndex();
    to.writeBytes(LAST_CHUNK);
    fields(to, trailers);
    end(to, start);
    return true;
  }

  private static int size(Http2Headers headers) {
    int size = EXTRA;
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      size += header.getKey().length() + header.getValue().length() + PER_HEADER;
    }
    return size;
  }

  private static void statusLine(ByteBuf to, int status, boolean http10) {
    to.writeBytes(http10 ? HTTP10 : HTTP11);
    HttpResponseStatus known = HttpResponseStatus.valueOf(status);
    write(to, known.codeAsText());
    to.writeByte(' ');
    to.writeCharSequence(known.reasonPhrase(), StandardCharsets.US_ASCII);
    to.writeBytes(CRLF);
  }

  private static void fields(ByteBuf to, Http2Headers headers) {
    boolean cookie = false;
    for (Map.Entry<CharSequence, CharSequence> header : headers) {
      CharSequence name = header.getKey();
      CharSequence value = header.getValue();
      if (name.charAt(0) == ':') {
        continue;
      }
      if (AsciiString.contentEquals(name, HeaderNames.COOKIE)) {
        cookie = true;
        continue;
      }
      // What a codec read was checked; what was made up here on the way is checked now.
      if (!(value instanceof AsciiString) && RequestSyntax.valueProblem(value) != null) {
        continue;
      }
      write(to, name);
      to.writeBytes(COLON);
      write(to, value);
      to.writeBytes(CRLF);
    }
    if (cookie) {
      cookies(to, headers);
    }
  }

  /** HTTP/2 splits cookies into crumbs; HTTP/1.1 has one line (RFC 9113, section 8.2.3). */
  private static void cookies(ByteBuf to, Http2Headers headers) {
    byte[] before = COOKIE;
    for (CharSequence crumb : headers.getAll(HeaderNames.COOKIE)) {
      to.writeBytes(before);
      write(to, crumb);
      before = COOKIE_SEPARATOR;
    }
    to.writeBytes(CRLF);
  }

  private static void write(ByteBuf to, @Nullable CharSequence text) {
    if (text instanceof AsciiString ascii) {
      to.writeBytes(ascii.array(), ascii.arrayOffset(), ascii.length());
    } else if (text != null) {
      to.writeCharSequence(text, StandardCharsets.ISO_8859_1);
    }
  }
}
