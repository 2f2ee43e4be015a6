package dev.weft.proxy.format;

import io.netty.util.AsciiString;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts values into a text whose every char is a byte, so that what came as bytes goes as the same
 * bytes, whatever their encoding; nothing that a stranger sends can break out of a line.
 */
final class ByteText {
  private static final HexFormat HEX = HexFormat.of();

  private ByteText() {}

  /** A text of the configuration, or of our own, as bytes of UTF-8. */
  static String of(String unicode) {
    return isAscii(unicode)
        ? unicode
        : new String(unicode.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  /** A value's text as bytes. */
  static CharSequence of(Object value) {
    return switch (value) {
      case AsciiString bytes -> bytes;
      case Double number -> number(number);
      case Map<?, ?> map -> json(map);
      case List<?> list -> json(list);
      default -> of(value.toString());
    };
  }

  private static String json(Object value) {
    StringBuilder out = new StringBuilder();
    JsonText.write(value, out);
    return out.toString();
  }

  static String number(double number) {
    return number == Math.rint(number) && Math.abs(number) < 1e15
        ? Long.toString((long) number)
        : Double.toString(number);
  }

  /** Appends a text of bytes. */
  static void append(CharSequence bytes, Escaping escaping, StringBuilder out) {
    int from = out.length();
    out.append(bytes);
    if (escaping == Escaping.NONE) {
      return;
    }
    for (int i = from; i < out.length(); i++) {
      if (isSuspect(out.charAt(i), escaping)) {
        out.setLength(from);
        escape(bytes, escaping, out);
        return;
      }
    }
  }

  private static boolean isSuspect(char c, Escaping escaping) {
    return c < ' '
        || c == 0x7f
        || escaping != Escaping.HEADER && c > 0x7f
        || escaping == Escaping.QUOTES && (c == '"' || c == '\\');
  }

  private static void escape(CharSequence bytes, Escaping escaping, StringBuilder out) {
    if (escaping == Escaping.HEADER) {
      for (int i = 0; i < bytes.length(); i++) {
        char c = bytes.charAt(i);
        out.append(c < ' ' && c != '\t' || c == 0x7f ? ' ' : c);
      }
      return;
    }
    String text = unicode(bytes);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (escaping == Escaping.QUOTES && (c == '"' || c == '\\')) {
        out.append('\\').append(c);
      } else if (isControl(c)) {
        control(c, out);
      } else if (c > 0x7f) {
        int point = text.codePointAt(i);
        out.append(of(Character.toString(point)));
        i += Character.charCount(point) - 1;
      } else {
        out.append(c);
      }
    }
  }

  /** What ends a line somewhere, or is an order to a terminal. */
  static boolean isControl(char c) {
    return c < ' ' || c >= 0x7f && c < 0xa0 || c == '\u2028' || c == '\u2029';
  }

  static void control(char c, StringBuilder out) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> number(c, out);
    }
  }

  /** A character by its number. */
  static void number(char c, StringBuilder out) {
    out.append("\\u").append(HEX.toHexDigits(c));
  }

  /** Bytes as text: of UTF-8 if they are, of Latin-1 otherwise. */
  static String unicode(CharSequence bytes) {
    String text = utf8(bytes);
    return text == null ? bytes.toString() : text;
  }

  /** The text that bytes of UTF-8 are; null if they are none. */
  static @Nullable String utf8(CharSequence bytes) {
    String text = bytes.toString();
    if (isAscii(text)) {
      return text;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)))
          .toString();
    } catch (CharacterCodingException e) {
      return null;
    }
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) > 0x7f) {
        return false;
      }
    }
    return true;
  }
}
