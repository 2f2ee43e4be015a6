package dev.weft.xds.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.math.BigDecimal;

/**
 * Events as logs have them: JSON with all fields of the message that are not messages. The same
 * bytes as the C++ library prints, which escapes less, and has no fraction in whole numbers.
 */
final class EventJson {
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer()
          .preservingProtoFieldNames()
          .omittingInsignificantWhitespace()
          .alwaysPrintFieldsWithNoPresence();

  /** Beyond, numbers have exponents everywhere. */
  private static final double PLAIN = 1e15;

  private EventJson() {}

  /** The event as a line, without its end. */
  static String print(Message event) {
    try {
      return plain(JSON.print(event));
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an event without Any has a JSON form", e);
    }
  }

  private static String plain(String json) {
    StringBuilder text = new StringBuilder(json.length());
    boolean quoted = false;
    int i = 0;
    while (i < json.length()) {
      char c = json.charAt(i);
      int end = i + 1;
      if (c == '"') {
        quoted = !quoted;
        text.append(c);
      } else if (quoted && c == '\\') {
        end = i + (json.charAt(i + 1) == 'u' ? 6 : 2);
        text.append(unescaped(json.substring(i, end)));
      } else if (!quoted && (Character.isDigit(c) || c == '-')) {
        while ("0123456789.eE+-".indexOf(json.charAt(end)) >= 0) {
          end++; // an object ends after it
        }
        text.append(number(json.substring(i, end)));
      } else {
        text.append(c);
      }
      i = end;
    }
    return text.toString();
  }

  private static String unescaped(String escape) {
    return switch (escape) {
      case "\\u003d" -> "=";
      case "\\u0026" -> "&";
      case "\\u0027" -> "'";
      default -> escape;
    };
  }

  private static String number(String printed) {
    BigDecimal value = new BigDecimal(printed);
    return value.abs().doubleValue() < PLAIN && value.stripTrailingZeros().scale() <= 0
        ? value.toBigInteger().toString()
        : printed;
  }
}
