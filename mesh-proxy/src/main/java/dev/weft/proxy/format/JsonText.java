package dev.weft.proxy.format;

import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes values as JSON, as a text whose every char is a byte. */
final class JsonText {
  private JsonText() {}

  static void write(@Nullable Object value, StringBuilder out) {
    switch (value) {
      case null -> out.append("null");
      case Double number -> out.append(ByteText.number(number));
      case Number number -> out.append(number);
      case Boolean flag -> out.append(flag.booleanValue());
      case Map<?, ?> map -> object(map, out);
      case List<?> list -> array(list, out);
      case AsciiString bytes -> bytes(bytes, out);
      default -> quoted(value.toString(), out);
    }
  }

  private static void object(Map<?, ?> map, StringBuilder out) {
    char lead = '{';
    for (Map.Entry<?, ?> field : new TreeMap<>(map).entrySet()) {
      out.append(lead);
      quoted(String.valueOf(field.getKey()), out);
      out.append(':');
      write(field.getValue(), out);
      lead = ',';
    }
    out.append(lead == '{' ? "{}" : "}");
  }

  private static void array(List<?> list, StringBuilder out) {
    char lead = '[';
    for (Object element : list) {
      out.append(lead);
      write(element, out);
      lead = ',';
    }
    out.append(lead == '[' ? "[]" : "]");
  }

  /** Bytes, quoted: as text of UTF-8 if they are, else what is no plain ASCII by its number. */
  static void bytes(CharSequence bytes, StringBuilder out) {
    String text = ByteText.utf8(bytes);
    if (text != null) {
      quoted(text, out);
      return;
    }
    out.append('"');
    for (int i = 0; i < bytes.length(); i++) {
      char c = bytes.charAt(i);
      if (c < ' ' || c >= 0x7f || c == '"' || c == '\\') {
        ByteText.number(c, out);
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }

  /** A string of Unicode, quoted. */
  static void quoted(String text, StringBuilder out) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        out.append('\\').append(c);
      } else if (c == '\b' || c == '\f') {
        out.append(c == '\b' ? "\\b" : "\\f");
      } else if (ByteText.isControl(c)) {
        ByteText.control(c, out);
      } else if (c > 0x7f) {
        int point = text.codePointAt(i);
        out.append(ByteText.of(Character.toString(point)));
        i += Character.charCount(point) - 1;
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
