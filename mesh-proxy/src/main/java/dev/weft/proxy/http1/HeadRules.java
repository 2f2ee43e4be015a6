package dev.weft.proxy.http1;

import dev.weft.proxy.stream.RequestSyntax;
import dev.weft.proxy.stream.Tunnel;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

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

  /**
   * The protocol that a client asks to go on with, or the list of them (RFC 9110, section 7.8);
   * null if there is none to consider: a wish for h2c may be ignored, and one that {@code
   * connection} does not name was meant for somebody else.
   */
  static @Nullable AsciiString upgrade(Http2Headers headers) {
    CharSequence first = headers.get(HeaderNames.UPGRADE);
    if (first == null || !hasOption(headers, "upgrade")) {
      return null;
    }
    List<CharSequence> all = headers.getAll(HeaderNames.UPGRADE);
    if (all.size() > 1) {
      return AsciiString.of(String.join(",", all));
    }
    return AsciiString.contentEqualsIgnoreCase(first, "h2c") ? null : AsciiString.of(first);
  }

  private static boolean hasOption(Http2Headers headers, String wanted) {
    for (CharSequence value : headers.getAll(HeaderNames.CONNECTION)) {
      for (String option : value.toString().split(",", -1)) {
        if (wanted.equalsIgnoreCase(option.strip())) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether an endpoint goes on with exactly the protocol it was asked for. */
  static boolean grants(Http2Headers answer, CharSequence asked) {
    CharSequence granted = answer.get(HeaderNames.UPGRADE);
    return granted != null
        && AsciiString.contentEqualsIgnoreCase(granted, asked)
        && answer.getAll(HeaderNames.UPGRADE).size() == 1;
  }

  /**
   * Checks that a request, valid as it is, is one that can be served.
   *
   * @param upgradeWithBody whether it asks to go on with another protocol after a body
   * @throws Http1Exception 404 for a CONNECT in HTTP/1.0, 400 for such an upgrade, 417 for an
   *     expectation other than 100-continue
   */
  static void requireServed(Http2Headers headers, boolean http10, boolean upgradeWithBody)
      throws Http1Exception {
    if (http10 && Tunnel.isAsked(headers)) {
      throw new Http1Exception(404, "CONNECT is not served over HTTP/1.0");
    }
    if (upgradeWithBody) {
      // Where it would end and the other protocol begin, two readers could see differently.
      throw new Http1Exception(400, "an upgrade with a body");
    }
    if (expectsTooMuch(headers)) {
      throw new Http1Exception(417, "an expectation other than 100-continue");
    }
  }

  /** Whether an expectation is there that cannot be met; 100-continue can. */
  private static boolean expectsTooMuch(Http2Headers headers) {
    CharSequence expect = headers.get(HeaderNames.EXPECT);
    return expect != null
        && (!AsciiString.contentEqualsIgnoreCase(expect, "100-continue")
            || headers.getAll(HeaderNames.EXPECT).size() > 1);
  }
}
