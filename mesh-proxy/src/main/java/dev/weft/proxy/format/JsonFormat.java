package dev.weft.proxy.format;

import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.JsonTemplate;
import java.util.ArrayList;
import java.util.List;

/**
 * JSON with command operators, compiled once; immutable. A text that is one operator keeps its
 * type, null for what is not there; others are strings. What it writes are bytes, as with {@link
 * TextFormat}.
 */
public final class JsonFormat {
  private interface Node {
    /** Writes a value; false if there is none, and {@code null}, or nothing, was written. */
    boolean write(Exchange exchange, StringBuilder out);
  }

  /** A field or an element, with what stands before its value. */
  private record Member(String lead, Node value) {}

  private final Node root;

  private JsonFormat(Node root) {
    this.root = root;
  }

  /**
   * Compiles an object.
   *
   * @param omitEmpty leaves out what is not there, and what holds nothing else
   * @throws IllegalArgumentException naming an operator that is unknown, wrong or not closed
   */
  public static JsonFormat compile(JsonTemplate.Fields template, boolean omitEmpty) {
    return new JsonFormat(node(template, omitEmpty));
  }

  /** Writes the object for an exchange, without a line end. */
  public void write(Exchange exchange, StringBuilder out) {
    if (!root.write(exchange, out)) {
      out.append("{}");
    }
  }

  private static Node node(JsonTemplate template, boolean omitEmpty) {
    return switch (template) {
      case JsonTemplate.Fields(var fields) -> {
        List<Member> members = new ArrayList<>();
        fields.forEach(
            (name, value) -> {
              StringBuilder lead = new StringBuilder();
              JsonText.quoted(name, lead);
              members.add(new Member(lead.append(':').toString(), node(value, omitEmpty)));
            });
        yield group(members, '{', '}', omitEmpty);
      }
      case JsonTemplate.Values(List<JsonTemplate> values) ->
          group(
              values.stream().map(value -> new Member("", node(value, omitEmpty))).toList(),
              '[',
              ']',
              omitEmpty);
      case JsonTemplate.Text(String format) -> text(format, omitEmpty);
      case JsonTemplate.Constant(double value) -> literal(ByteText.number(value));
      case JsonTemplate.Flag(boolean value) -> literal(Boolean.toString(value));
      case JsonTemplate.Null() -> nothing(omitEmpty);
    };
  }

  private static Node literal(String json) {
    return (exchange, out) -> {
      out.append(json);
      return true;
    };
  }

  private static Node nothing(boolean omitEmpty) {
    return (exchange, out) -> {
      out.append(omitEmpty ? "" : "null");
      return false;
    };
  }

  private static Node group(List<Member> members, char open, char close, boolean omitEmpty) {
    return (exchange, out) -> {
      int start = out.length();
      boolean written = false;
      out.append(open);
      for (int i = 0; i < members.size(); i++) {
        Member member = members.get(i);
        int before = out.length();
        out.append(written ? "," : "").append(member.lead());
        if (member.value().write(exchange, out) || !omitEmpty) {
          written = true;
        } else {
          out.setLength(before);
        }
      }
      out.append(close);
      if (omitEmpty && !written && open == '{') {
        out.setLength(start);
        return false;
      }
      return true;
    };
  }

  private static Node text(String format, boolean omitEmpty) {
    TextFormat text = TextFormat.compile(format, Escaping.NONE, omitEmpty);
    Value single = text.single();
    if (single == null) {
      return (exchange, out) -> {
        int from = out.length();
        text.write(exchange, out);
        String written = out.substring(from);
        out.setLength(from);
        JsonText.bytes(written, out);
        return true;
      };
    }
    return (exchange, out) -> {
      Object value = single.of(exchange);
      if (value != null || !omitEmpty) {
        JsonText.write(value, out);
      }
      return value != null;
    };
  }
}
