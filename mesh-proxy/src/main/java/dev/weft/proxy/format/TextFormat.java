package dev.weft.proxy.format;

import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.format.FormatText;
import dev.weft.xds.format.FormatText.Command;
import dev.weft.xds.format.FormatText.Literal;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A text with command operators, compiled once; immutable. What it writes are bytes: each char of
 * the result is one, as in the headers of a request.
 */
public final class TextFormat {
  private static final String NOTHING = "-";

  /** Literal text, or a value and how much of it is shown. */
  private record Part(@Nullable String literal, @Nullable Value value, int length) {}

  private final List<Part> parts;
  private final Escaping escaping;
  private final String nothing;

  private TextFormat(List<Part> parts, Escaping escaping, String nothing) {
    this.parts = List.copyOf(parts);
    this.escaping = escaping;
    this.nothing = nothing;
  }

  /**
   * Compiles a text.
   *
   * @param omitEmpty writes nothing for a value that is not there, instead of {@code -}
   * @throws IllegalArgumentException naming an operator that is unknown, wrong or not closed
   */
  public static TextFormat compile(String format, Escaping escaping, boolean omitEmpty) {
    List<Part> parts = new ArrayList<>();
    for (FormatText.Part part : FormatText.parse(format)) {
      switch (part) {
        case Literal(String text) -> parts.add(new Part(ByteText.of(text), null, -1));
        case Command command ->
            parts.add(new Part(null, Values.compile(command), command.length()));
      }
    }
    return new TextFormat(parts, escaping, omitEmpty ? "" : NOTHING);
  }

  /**
   * The value of a header, where nothing is written for what is not there.
   *
   * @throws IllegalArgumentException naming an operator that is unknown, wrong or not closed
   */
  public static TextFormat header(String format) {
    return compile(format, Escaping.HEADER, true);
  }

  /** Whether it is the same for every exchange. */
  public boolean isLiteral() {
    return parts.stream().allMatch(part -> part.literal() != null);
  }

  /** Writes the text for an exchange. */
  public void write(Exchange exchange, StringBuilder out) {
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      if (part.literal() != null) {
        out.append(part.literal());
      } else if (part.value() != null) {
        append(part.value().of(exchange), part.length(), out);
      }
    }
  }

  private void append(@Nullable Object value, int length, StringBuilder out) {
    if (value == null) {
      out.append(nothing);
      return;
    }
    CharSequence text = ByteText.of(value);
    ByteText.append(
        length >= 0 && text.length() > length ? text.subSequence(0, length) : text, escaping, out);
  }

  /**
   * The text of one that is literal, as the value of a header.
   *
   * @throws IllegalStateException if it is not
   */
  public AsciiString literal() {
    StringBuilder out = new StringBuilder();
    for (Part part : parts) {
      if (part.literal() == null) {
        throw new IllegalStateException("a text with operators is not the same for every exchange");
      }
      out.append(part.literal());
    }
    return new AsciiString(out);
  }

  /** The text for an exchange, as the value of a header. */
  public AsciiString text(Exchange exchange) {
    if (parts.size() == 1 && parts.getFirst().literal() != null) {
      return AsciiString.of(parts.getFirst().literal());
    }
    StringBuilder out = new StringBuilder(64);
    write(exchange, out);
    return new AsciiString(out);
  }

  /** What its one operator stands for, if it is nothing else; null otherwise. */
  @Nullable Value single() {
    return parts.size() == 1 ? cut(parts.getFirst()) : null;
  }

  private static @Nullable Value cut(Part part) {
    Value value = part.value();
    if (value == null || part.length() < 0) {
      return value;
    }
    return exchange -> {
      Object whole = value.of(exchange);
      return whole instanceof CharSequence text && text.length() > part.length()
          ? text.subSequence(0, part.length())
          : whole;
    };
  }
}
