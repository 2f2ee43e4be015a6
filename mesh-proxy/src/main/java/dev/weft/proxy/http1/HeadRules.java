package dev.weft.proxy.http1;

import dev.weft.proxy.stream.RequestSyntax;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/** What a head says of its body and of its connection. */
final class HeadRules {
  private HeadRules() {}

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
            && Arrays.stream(codings).allMatch(coding -> RequestSyntax.isToken(coding.strip()))
            && isChunked(codings[codings.length - 1])
            && Arrays.stream(codings).filter(HeadRules::isChunked).count() == 1;
    throw new Http1Exception(
        valid ? 501 : 400, "transfer-encoding other than chunked: " + shortened(value));
  }

  private static boolean isChunked(String coding) {
    return "chunked".equalsIgnoreCase(coding.strip());
  }

  private static String shortened(AsciiString value) {
    byte[] start = value.toByteArray(0, Math.min(64, value.length()));
    return new String(start, StandardCharsets.ISO_8859_1);
  }

  /** Whether the connection ends after this message (RFC 9112, section 9.3). */
  static boolean closes(Http2Headers headers, boolean http10) {
    boolean keepAlive = false;
    for (CharSequence value : headers.getAll(HeaderNames.CONNECTION)) {
      for (String option : value.toString().toLowerCase(Locale.ROOT).split(",", -1)) {
        if ("close".equals(option.strip())) {
          return true;
        }
        keepAlive |= "keep-alive".equals(option.strip());
      }
    }
    return http10 && !keepAlive;
  }

  /** An upgrade other than to h2c, which may be ignored (RFC 9110, section 7.8). */
  static boolean upgrades(Http2Headers headers) {
    CharSequence upgrade = headers.get(HeaderNames.UPGRADE);
    return upgrade != null
        && (headers.getAll(HeaderNames.UPGRADE).size() > 1
            || !AsciiString.contentEqualsIgnoreCase(upgrade, "h2c"));
  }

  /** Whether an expectation is there that cannot be met; 100-continue can. */
  static boolean expectsTooMuch(Http2Headers headers) {
    CharSequence expect = headers.get(HeaderNames.EXPECT);
    return expect != null
        && (!AsciiString.contentEqualsIgnoreCase(expect, "100-continue")
            || headers.getAll(HeaderNames.EXPECT).size() > 1);
  }
}
