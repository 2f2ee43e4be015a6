package dev.weft.proxy.http1;

import dev.weft.proxy.stream.Tunnel;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** Reads answers; what they are to is told by {@link #expect} before their first byte. */
final class Http1ResponseParser extends MessageParser {
  private static final int MAX_INTERIM = 16;
  private static final int STATUS_AT = "HTTP/1.1 ".length();
  private static final AsciiString[] STATUS = new AsciiString[600];

  static {
    for (int status = 100; status < STATUS.length; status++) {
      STATUS[status] = AsciiString.cached(Integer.toString(status));
    }
  }

  private boolean toHead;
  private @Nullable CharSequence upgrade;
  private int interim;
  private boolean http10;
  private int status;
  private long contentLength = -1;
  private boolean chunked;

  Http1ResponseParser(MessageSink sink, int maxHeaderBytes, int maxHeaders) {
    super(sink, maxHeaderBytes, maxHeaders);
  }

  /**
   * The next answer is to a request with this method.
   *
   * @param upgrade the protocol it asks to go on with; null for none
   */
  void expect(CharSequence method, @Nullable CharSequence upgrade) {
    next();
    this.upgrade = upgrade;
    toHead = AsciiString.contentEquals(method, "HEAD");
    interim = 0;
  }

  boolean isHttp10() {
    return http10;
  }

  @Override
  boolean startLine(byte[] line, int length) throws Http1Exception {
    boolean http =
        length >= STATUS_AT + 3
            && line[0] == 'H'
            && line[1] == 'T'
            && line[2] == 'T'
            && line[3] == 'P'
            && line[4] == '/'
            && line[5] == '1'
            && line[6] == '.'
            && (line[7] == '1' || line[7] == '0')
            && line[8] == ' '
            && (length == STATUS_AT + 3 || line[STATUS_AT + 3] == ' ');
    if (!http) {
      throw new Http1Exception(502, "an answer without a status line");
    }
    http10 = line[7] == '0';
    status = 0;
    for (int i = STATUS_AT; i < STATUS_AT + 3; i++) {
      int digit = line[i] - '0';
      if (digit < 0 || digit > 9) {
        throw new Http1Exception(502, "a status that is not three digits");
      }
      status = status * 10 + digit;
    }
    if (status < 100
        || status >= STATUS.length
        || status == 101 && (upgrade == null || Tunnel.is(upgrade))) {
      throw new Http1Exception(502, "a status that cannot be: " + status);
    }
    contentLength = -1;
    chunked = false;
    newFields();
    fields().status(STATUS[status]);
    return true;
  }

  @Override
  boolean framingField(AsciiString name, AsciiString value) throws Http1Exception {
    if (name.equals(HeaderNames.CONTENT_LENGTH)) {
      if (contentLength >= 0) {
        throw new Http1Exception(502, "several content-length headers");
      }
      contentLength = HeadRules.contentLength(value);
      return false;
    }
    if (name.equals(HeaderNames.TRANSFER_ENCODING)) {
      if (chunked) {
        throw new Http1Exception(502, "several transfer-encoding headers");
      }
      HeadRules.requireChunked(value);
      chunked = true;
      return true;
    }
    return false;
  }

  @Override
  Framing endOfHead(Http2Headers headers) throws Http1Exception {
    if (chunked && (contentLength >= 0 || http10)) {
      throw new Http1Exception(502, "an answer with contradicting framing");
    }
    if (status < 200) {
      if (chunked) {
        throw new Http1Exception(502, "an interim answer with a body");
      }
      headers.remove(HeaderNames.CONTENT_LENGTH); // there is no body to go with it
      CharSequence asked = upgrade;
      if (status == 101 && asked != null) {
        if (!HeadRules.grants(headers, asked)) {
          throw new Http1Exception(502, "an upgrade to something else than was asked for");
        }
        return Framing.BYTES;
      }
      if (++interim > MAX_INTERIM) {
        throw new Http1Exception(502, "more than " + MAX_INTERIM + " interim answers");
      }
      return Framing.INTERIM;
    }
    if (status < 300 && Tunnel.is(upgrade)) {
      return Framing.BYTES; // whatever its headers say (RFC 9110, section 9.3.6)
    }
    if (status == 204) {
      headers.remove(HeaderNames.CONTENT_LENGTH);
      return Framing.NONE;
    }
    if (toHead || status == 304) {
      return Framing.NONE;
    }
    if (chunked) {
      return Framing.CHUNKED;
    }
    if (contentLength < 0) {
      return Framing.UNTIL_CLOSE;
    }
    length(contentLength);
    return Framing.LENGTH;
  }
}
