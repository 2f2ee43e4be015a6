package dev.weft.proxy.listener;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads which HTTP a connection without TLS speaks from its first bytes: HTTP/2 by its preface,
 * else the version at the end of the request line (RFC 9112, section 3). It looks at the bytes and
 * leaves them to the codec, which checks everything else. One for each connection.
 */
final class FirstLine {
  /** Who has ended no line within so many bytes speaks nothing that is served, as to Envoy. */
  static final int MAX_BYTES = 64 * 1024;

  private static final String SPACE = "[ \\t]++";
  private static final String METHOD = "[!#$%&'*+.^_`|~0-9A-Za-z-]++";
  private static final String TARGET = "(?:[/*]|[A-Za-z]++://)[!-~]*+";

  /** A line without a version is one of before HTTP/1.0. */
  private static final Pattern LINE =
      Pattern.compile(
          "(?:CONNECT"
              + SPACE
              + "[!-~]++|"
              + METHOD
              + SPACE
              + TARGET
              + ")"
              + "(?:"
              + SPACE
              + "HTTP/([0-9]\\.[0-9]))?[ \\t]*+\\r?");

  private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

  /** How much of the line has been looked through. */
  private int searched;

  /** Whether the method has ended. */
  private boolean pastMethod;

  /** What the bytes say. */
  enum Outcome {
    /** Not enough of them yet. */
    INCOMPLETE(List.of()),
    NO_HTTP(List.of()),
    HTTP_1_0(List.of("http/1.0")),
    HTTP_1_1(List.of("http/1.1")),
    H2C(List.of("h2c")),
    TOO_LONG(List.of());

    private final List<String> protocols;

    Outcome(List<String> protocols) {
      this.protocols = protocols;
    }

    /** By Envoy's names for {@code application_protocols}. */
    List<String> protocols() {
      return protocols;
    }
  }

  /**
   * Looks at the readable bytes, without consuming them. They must be those of the call before and
   * what came since.
   */
  Outcome read(ByteBuf in) {
    return switch (Http2Preface.find(in)) {
      case WHOLE -> Outcome.H2C;
      case BEGINNING -> Outcome.INCOMPLETE;
      case OTHER -> line(in);
    };
  }

  private Outcome line(ByteBuf in) {
    int start = in.readerIndex();
    int limit = Math.min(in.readableBytes(), MAX_BYTES);
    for (; searched < limit; searched++) {
      byte b = in.getByte(start + searched);
      if (b == '\n') {
        return version(in.toString(start, searched, StandardCharsets.ISO_8859_1));
      }
      if (!pastMethod && !token(b)) {
        if (searched == 0 || b != ' ' && b != '\t') {
          return Outcome.NO_HTTP; // waiting for the end of a line would be for nothing
        }
        pastMethod = true;
      }
    }
    return limit == MAX_BYTES ? Outcome.TOO_LONG : Outcome.INCOMPLETE;
  }

  private static boolean token(byte b) {
    return b >= '0' && b <= '9'
        || b >= 'A' && b <= 'Z'
        || b >= 'a' && b <= 'z'
        || TOKEN_MARKS.indexOf(b) >= 0;
  }

  private static Outcome version(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return Outcome.NO_HTTP;
    }
    return "1.1".equals(matcher.group(1)) ? Outcome.HTTP_1_1 : Outcome.HTTP_1_0;
  }
}
