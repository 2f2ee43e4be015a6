package dev.weft.proxy.reply;

import dev.weft.proxy.format.Escaping;
import dev.weft.proxy.format.JsonFormat;
import dev.weft.proxy.format.TextFormat;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.JsonTemplate;
import dev.weft.xds.model.SubstitutionFormat;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;

/** The body of an answer, compiled once. */
public final class ReplyBody {
  private static final AsciiString TEXT = AsciiString.cached("text/plain");

  /** The type of JSON. */
  public static final AsciiString JSON = AsciiString.cached("application/json");

  private interface Content {
    void write(Exchange exchange, StringBuilder out);
  }

  private final Content content;
  private final AsciiString type;

  private ReplyBody(Content content, AsciiString type) {
    this.content = content;
    this.type = type;
  }

  static ReplyBody compile(SubstitutionFormat format) {
    AsciiString given = AsciiString.of(format.contentType());
    return switch (format.content()) {
      case SubstitutionFormat.Text(String text) ->
          new ReplyBody(
              TextFormat.compile(text, Escaping.NONE, format.omitEmptyValues())::write,
              given.isEmpty() ? TEXT : given);
      case SubstitutionFormat.Json(JsonTemplate.Fields template) -> {
        JsonFormat json = JsonFormat.compile(template, format.omitEmptyValues());
        yield new ReplyBody(
            (exchange, out) -> {
              json.write(exchange, out);
              out.append('\n');
            },
            given.isEmpty() ? JSON : given);
      }
    };
  }

  /** Its content type. */
  public AsciiString type() {
    return type;
  }

  /** The body for an exchange, whose own is {@link Exchange#localReplyBody}. */
  public String text(Exchange exchange) {
    StringBuilder out = new StringBuilder();
    content.write(exchange, out);
    return new String(out.toString().getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
  }
}
