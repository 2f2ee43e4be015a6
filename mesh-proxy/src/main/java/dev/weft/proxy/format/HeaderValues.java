package dev.weft.proxy.format;

import dev.weft.proxy.stream.FieldValues;
import dev.weft.proxy.stream.KnownHeaders;
import dev.weft.proxy.telemetry.Exchange;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What stands in headers. */
final class HeaderValues {
  private static final AsciiString AUTHORITY = AsciiString.cached(":authority");
  private static final AsciiString ORIGINAL_PATH = AsciiString.cached("x-envoy-original-path");
  private static final AsciiString ORIGINAL_HOST = AsciiString.cached("x-envoy-original-host");

  private HeaderValues() {}

  /** A header of requests, or its alternative: {@code NAME?OTHER}. */
  static Value ofRequest(String operand) {
    return first(Exchange::requestHeaders, operand, KnownHeaders::ofRequests);
  }

  /** The same of answers. */
  static Value ofAnswer(String operand) {
    return first(Exchange::responseHeaders, operand, KnownHeaders::ofAnswers);
  }

  /** The same of trailers. */
  static Value ofTrailers(String operand) {
    return first(Exchange::responseTrailers, operand, name -> false);
  }

  /** The first value, and all of a header whose lines are read as one. */
  private static Value first(
      Function<Exchange, @Nullable Http2Headers> headers,
      String operand,
      Predicate<String> listed) {
    String[] names = operand.split("\\?", 2);
    Header main = header(names[0], listed);
    Header other = names.length > 1 ? header(names[1], listed) : null;
    return exchange -> {
      Http2Headers present = headers.apply(exchange);
      if (present == null) {
        return null;
      }
      CharSequence value = main.in(present);
      return bytes(value != null || other == null ? value : other.in(present));
    };
  }

  private record Header(AsciiString name, boolean listed) {
    @Nullable CharSequence in(Http2Headers headers) {
      return listed ? FieldValues.listed(headers, name) : headers.get(name);
    }
  }

  private static Header header(String text, Predicate<String> listed) {
    AsciiString name = name(text);
    return new Header(name, listed.test(name.toString()));
  }

  private static AsciiString name(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return lower.equals("host") ? AUTHORITY : AsciiString.of(lower);
  }

  /** What stands in a header is bytes, whatever holds them. */
  private static @Nullable AsciiString bytes(@Nullable CharSequence value) {
    return value == null ? null : AsciiString.of(value);
  }

  static Value withoutQuery(Value path) {
    return exchange -> path.of(exchange) instanceof AsciiString text ? cut(text) : null;
  }

  private static AsciiString cut(AsciiString path) {
    int query = path.indexOf("?");
    return query < 0 ? path : path.subSequence(0, query);
  }

  /** {@code WQ} or {@code NQ}, then what the client asked for, or what the endpoint was. */
  static Value path(String operand) {
    Value path =
        switch (operand.contains(":") ? operand.split(":")[1] : "ORIG_OR_PATH") {
          case "ORIG" -> ofRequest(ORIGINAL_PATH.toString());
          case "PATH" -> ofRequest(":path");
          default -> ofRequest(ORIGINAL_PATH + "?:path");
        };
    return operand.startsWith("NQ") ? withoutQuery(path) : path;
  }

  /** The host that the client named, as {@code ORIG}, {@code HOST} or the first there is. */
  static Value host(String which) {
    return switch (which) {
      case "ORIG" -> ofRequest(ORIGINAL_HOST.toString());
      case "HOST" -> ofRequest(":authority");
      default -> ofRequest(ORIGINAL_HOST + "?:authority");
    };
  }

  /** The first value of a parameter of the query, decoded. */
  static Value queryParameter(String parameter) {
    AsciiString name = AsciiString.of(ByteText.of(parameter));
    Value path = path("");
    return exchange -> path.of(exchange) instanceof AsciiString text ? parameter(text, name) : null;
  }

  /** The query that the client sent. */
  static Value query() {
    Value path = path("");
    return exchange -> {
      if (!(path.of(exchange) instanceof AsciiString text)) {
        return null;
      }
      int query = text.indexOf("?");
      return query < 0 ? null : text.subSequence(query + 1, text.length());
    };
  }

  private static @Nullable AsciiString parameter(AsciiString path, AsciiString name) {
    int at = path.indexOf("?");
    while (at >= 0) {
      int start = at + 1;
      at = path.indexOf("&", start);
      int end = at < 0 ? path.length() : at;
      int equals = path.indexOf("=", start);
      int nameEnd = equals < 0 || equals > end ? end : equals;
      if (name.contentEquals(decoded(path.subSequence(start, nameEnd)))) {
        return nameEnd == end
            ? AsciiString.EMPTY_STRING
            : decoded(path.subSequence(nameEnd + 1, end));
      }
    }
    return null;
  }

  /** With the bytes that two hexadecimal digits stand for; other percent signs stay. */
  private static AsciiString decoded(AsciiString text) {
    if (text.indexOf("%") < 0) {
      return text;
    }
    byte[] bytes = new byte[text.length()];
    int length = 0;
    for (int i = 0; i < text.length(); i++) {
      int high = i + 2 < text.length() && text.byteAt(i) == '%' ? hex(text.byteAt(i + 1)) : -1;
      int low = high < 0 ? -1 : hex(text.byteAt(i + 2));
      if (low < 0) {
        bytes[length++] = text.byteAt(i);
      } else {
        bytes[length++] = (byte) (high << 4 | low);
        i += 2;
      }
    }
    return new AsciiString(bytes, 0, length, false);
  }

  private static int hex(byte digit) {
    return digit < 0 ? -1 : Character.digit((char) digit, 16);
  }

  /** How long names and values are together. */
  static Value size(Function<Exchange, @Nullable Http2Headers> headers) {
    return exchange -> {
      Http2Headers present = headers.apply(exchange);
      long bytes = 0;
      if (present != null) {
        for (Map.Entry<CharSequence, CharSequence> header : present) {
          bytes += header.getKey().length() + header.getValue().length();
        }
      }
      return bytes;
    };
  }
}
