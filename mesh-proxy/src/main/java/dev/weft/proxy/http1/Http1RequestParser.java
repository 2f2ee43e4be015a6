package dev.weft.proxy.http1;

import dev.weft.proxy.stream.RequestSyntax;
import dev.weft.xds.model.Http1Settings;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads requests; their heads become HTTP/2 headers, {@code host} their {@code :authority}. */
final class Http1RequestParser extends MessageParser {
  private static final AsciiString[] METHODS = {
    AsciiString.cached("GET"), AsciiString.cached("POST"), AsciiString.cached("PUT"),
    AsciiString.cached("DELETE"), AsciiString.cached("HEAD"), AsciiString.cached("PATCH"),
    AsciiString.cached("OPTIONS"), AsciiString.cached("CONNECT"), AsciiString.cached("TRACE")
  };

  /** Those that Envoy takes besides, with allow_custom_methods unset. */
  private static final Set<AsciiString> REGISTERED =
      Stream.of(
              "ACL BIND CHECKOUT COPY LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE MSEARCH",
              "NOTIFY PROPFIND PROPPATCH PURGE REBIND REPORT SEARCH SOURCE SUBSCRIBE UNBIND UNLINK",
              "UNLOCK UNSUBSCRIBE QUERY")
          .flatMap(line -> Stream.of(line.split(" ")))
          .map(AsciiString::of)
          .collect(Collectors.toUnmodifiableSet());

  private static final AsciiString ROOT = AsciiString.cached("/");
  private static final AsciiString ASTERISK = AsciiString.cached("*");
  private static final int MAX_EMPTY_LINES = 2;
  private static final int VERSION_LENGTH = "HTTP/1.1".length();

  private final AsciiString scheme;
  private final Http1Settings settings;
  private final @Nullable AsciiString defaultHost;
  private int emptyLines;
  private boolean http10;
  private AsciiString method = METHODS[0];
  // The authority of an absolute-form target, which Host must equal.
  private @Nullable AsciiString targetAuthority;
  private @Nullable AsciiString host;
  private long contentLength = -1;
  private boolean chunked;

  Http1RequestParser(
      MessageSink sink, int maxHeaderBytes, int maxHeaders, boolean tls, Http1Settings settings) {
    super(sink, maxHeaderBytes, maxHeaders);
    this.scheme = AsciiString.cached(tls ? "https" : "http");
    this.settings = settings;
    this.defaultHost =
        settings.defaultHost().isEmpty() ? null : AsciiString.of(settings.defaultHost());
  }

  /** Whether the request that was read last is HTTP/1.0. */
  boolean isHttp10() {
    return http10;
  }

  AsciiString method() {
    return method;
  }

  @Override
  void next() {
    super.next();
    emptyLines = 0;
  }

  @Override
  boolean startLine(byte[] line, int length) throws Http1Exception {
    if (length == 0) {
      // Some clients end a body with a line end that does not belong to it (RFC 9112, 2.2).
      if (++emptyLines > MAX_EMPTY_LINES) {
        throw new Http1Exception(400, "empty lines instead of a request line");
      }
      return false;
    }
    int methodEnd = indexOfSpace(line, 0, length);
    int targetEnd = methodEnd < 0 ? -1 : indexOfSpace(line, methodEnd + 1, length);
    if (methodEnd <= 0 || targetEnd <= methodEnd + 1) {
      throw new Http1Exception(400, "a request line without method, target and version");
    }
    version(line, targetEnd + 1, length);
    method = method(line, methodEnd);
    targetAuthority = null;
    host = null;
    contentLength = -1;
    chunked = false;
    newFields();
    target(new AsciiString(line, methodEnd + 1, targetEnd - methodEnd - 1, true));
    return true;
  }

  private static int indexOfSpace(byte[] line, int from, int to) {
    for (int i = from; i < to; i++) {
      if (line[i] == ' ') {
        return i;
      }
    }
    return -1;
  }

  private void version(byte[] line, int from, int to) throws Http1Exception {
    boolean http =
        to - from == VERSION_LENGTH
            && line[from] == 'H'
            && line[from + 1] == 'T'
            && line[from + 2] == 'T'
            && line[from + 3] == 'P'
            && line[from + 4] == '/'
            && isDigit(line[from + 5])
            && line[from + 6] == '.'
            && isDigit(line[from + 7]);
    if (!http) {
      throw new Http1Exception(400, "a request line without a version at its end");
    }
    http10 = line[from + 5] == '1' && line[from + 7] == '0';
    boolean http11 = line[from + 5] == '1' && line[from + 7] == '1';
    if (!http11 && !(http10 && settings.acceptHttp10())) {
      throw new Http1Exception(426, "a version of HTTP other than 1.1");
    }
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private AsciiString method(byte[] line, int length) throws Http1Exception {
    AsciiString read = new AsciiString(line, 0, length, false);
    for (AsciiString known : METHODS) {
      if (known.contentEquals(read)) {
        return known;
      }
    }
    if (!RequestSyntax.isToken(read)) {
      throw new Http1Exception(400, "a method that is not a token");
    }
    if (!settings.customMethods() && !REGISTERED.contains(read)) {
      throw new Http1Exception(400, "a method that nobody has registered");
    }
    return new AsciiString(line, 0, length, true);
  }

  private void target(AsciiString target) throws Http1Exception {
    Http2Headers headers = fields();
    headers.method(method);
    headers.scheme(scheme);
    if (method.contentEquals("CONNECT")) {
      targetAuthority = target;
      return;
    }
    AsciiString path = target.byteAt(0) == '/' ? target : absolute(target);
    String problem = RequestSyntax.pathProblem(method, path);
    if (problem != null) {
      throw new Http1Exception(400, problem);
    }
    headers.path(path);
  }

  /** The path of an absolute-form target. */
  private AsciiString absolute(AsciiString target) throws Http1Exception {
    int start;
    if (target.regionMatches(true, 0, "http://", 0, 7)) {
      start = 7;
    } else if (target.regionMatches(true, 0, "https://", 0, 8)) {
      start = 8;
    } else {
      return target;
    }
    int end = start;
    while (end < target.length() && "/?#".indexOf(target.byteAt(end)) < 0) {
      end++;
    }
    targetAuthority = target.subSequence(start, end);
    if (end == target.length()) {
      return method.contentEquals("OPTIONS") ? ASTERISK : ROOT;
    }
    AsciiString rest = target.subSequence(end);
    return rest.byteAt(0) == '?' ? new AsciiString("/" + rest) : rest;
  }

  @Override
  boolean framingField(AsciiString name, AsciiString value) throws Http1Exception {
    if (name.equals(HeaderNames.HOST)) {
      if (host != null) {
        throw new Http1Exception(400, "several host headers");
      }
      host = value;
      return true;
    }
    if (name.equals(HeaderNames.CONTENT_LENGTH)) {
      if (contentLength >= 0) {
        throw new Http1Exception(400, "several content-length headers");
      }
      contentLength = HeadRules.contentLength(value);
      return false;
    }
    if (name.equals(HeaderNames.TRANSFER_ENCODING)) {
      if (chunked) {
        throw new Http1Exception(400, "several transfer-encoding headers");
      }
      HeadRules.requireChunked(value);
      chunked = true;
      return true;
    }
    return false;
  }

  @Override
  Framing endOfHead(Http2Headers headers) throws Http1Exception {
    boolean connect = method.contentEquals("CONNECT");
    if (chunked && connect) {
      throw new Http1Exception(501, "CONNECT with transfer-encoding");
    }
    if (chunked && contentLength >= 0) {
      throw new Http1Exception(400, "both content-length and transfer-encoding");
    }
    if (chunked && http10) {
      throw new Http1Exception(400, "transfer-encoding in HTTP/1.0");
    }
    if (host == null && http10) {
      host = defaultHost;
    }
    if (host == null) {
      throw new Http1Exception(400, "no host header");
    }
    if (targetAuthority != null && !host.contentEqualsIgnoreCase(targetAuthority)) {
      throw new Http1Exception(400, "host contradicts the request target");
    }
    String problem = RequestSyntax.authorityProblem(host);
    if (problem != null) {
      throw new Http1Exception(400, problem);
    }
    if (connect && !RequestSyntax.hasPort(host)) {
      throw new Http1Exception(400, "CONNECT without a port");
    }
    headers.authority(host);
    if (method.contentEquals("QUERY") && !headers.contains(HeaderNames.CONTENT_TYPE)) {
      throw new Http1Exception(400, "QUERY without content-type");
    }
    if (chunked) {
      return Framing.CHUNKED;
    }
    if (contentLength < 0) {
      return Framing.NONE;
    }
    length(contentLength);
    return Framing.LENGTH;
  }
}
