package dev.weft.proxy.bootstrap;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.util.TokenBuffer;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes what aliases ({@code *name}) stand for in their place; Jackson hands out their names. A
 * small text can stand for a huge one, so that there is a bound.
 *
 * @see <a href="https://yaml.org/spec/1.2.2/#71-alias-nodes">YAML 1.2.2, section 7.1</a>
 */
final class YamlAliases {
  /** Values, names and brackets that all aliases of a file may stand for together. */
  static final int MAX_TOKENS = 1_000_000;

  private final AnchoredYaml.Parser in;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private int tokens;
  private int expanded;

  /** What an anchor ({@code &name}) names. */
  private record Anchored(TokenBuffer value, int tokens) {}

  YamlAliases(AnchoredYaml.Parser in) {
    this.in = in;
  }

  /**
   * Copies the value that the parser has begun.
   *
   * @throws JsonParseException for an alias that stands for nothing, or for too much
   */
  void copyValue(JsonGenerator out) throws IOException {
    if (in.isCurrentAlias()) {
      expand(in.getText(), out);
      return;
    }
    String anchor = in.anchor();
    if (anchor == null) {
      copyPlain(out);
      return;
    }
    int before = tokens;
    try (TokenBuffer value = new TokenBuffer(in)) {
      copyPlain(value);
      value.serialize(out);
      anchors.put(anchor, new Anchored(value, tokens - before));
    }
  }

  private void expand(String name, JsonGenerator out) throws IOException {
    Anchored anchored = anchors.get(name);
    if (anchored == null) {
      throw new JsonParseException(
          in, "the alias *" + name + " has no anchor &" + name + " before it");
    }
    tokens += anchored.tokens();
    expanded += anchored.tokens();
    if (expanded > MAX_TOKENS) {
      throw new JsonParseException(
          in, "aliases stand for more than " + MAX_TOKENS + " values; write fewer of them");
    }
    anchored.value().serialize(out);
  }

  private void copyPlain(JsonGenerator out) throws IOException {
    tokens++;
    switch (in.currentToken()) {
      case START_OBJECT -> {
        out.writeStartObject();
        while (in.nextToken() != JsonToken.END_OBJECT) {
          tokens++;
          out.writeFieldName(in.currentName());
          in.nextToken();
          copyValue(out);
        }
        out.writeEndObject();
      }
      case START_ARRAY -> {
        out.writeStartArray();
        while (in.nextToken() != JsonToken.END_ARRAY) {
          copyValue(out);
        }
        out.writeEndArray();
      }
      default -> {
        if (in.leftOut()) {
          out.writeNull();
        } else {
          out.copyCurrentEvent(in);
        }
      }
    }
  }
}
