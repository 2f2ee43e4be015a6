package dev.weft.control.resource;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;

/**
 * Reads texts of users into trees, within limits: size, nesting, numbers, duplicate keys. YAML
 * aliases are refused, since they let a small text stand for a huge one.
 */
public final class DocumentText {
  /** Characters a text may have. */
  public static final int MAX_LENGTH = 8 << 20;

  /** Documents a text may have. */
  public static final int MAX_DOCUMENTS = 10_000;

  private static final int MAX_NESTING = 40;

  private final ObjectMapper json;
  private final YAMLFactory yamlFactory;
  private final ObjectMapper yaml;

  public DocumentText() {
    var limits =
        StreamReadConstraints.builder()
            .maxNestingDepth(MAX_NESTING)
            .maxStringLength(1 << 20)
            .maxNumberLength(40)
            .maxNameLength(1024)
            .build();
    var loading = new LoaderOptions();
    loading.setCodePointLimit(MAX_LENGTH);
    loading.setNestingDepthLimit(MAX_NESTING);
    this.json =
        JsonMapper.builder(
                JsonFactory.builder()
                    .streamReadConstraints(limits)
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    this.yamlFactory =
        YAMLFactory.builder()
            .loaderOptions(loading)
            .streamReadConstraints(limits)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    this.yaml = new ObjectMapper(yamlFactory);
  }

  /** One JSON value; {@link Malformed} says where it is wrong. */
  public JsonNode readJson(String text) throws Malformed {
    try {
      JsonNode node = json.readTree(checked(text));
      if (node == null || node.isMissingNode()) {
        throw new Malformed("is empty; send a JSON document");
      }
      return node;
    } catch (JsonProcessingException e) {
      throw malformed("JSON", e);
    }
  }

  /** The documents of a YAML text, empty ones left out; JSON is read by the same rules. */
  public List<JsonNode> readYaml(String text) throws Malformed {
    List<JsonNode> documents = new ArrayList<>();
    try (var parser = new NoAliases(yamlFactory.createParser(checked(text)));
        MappingIterator<JsonNode> values = yaml.readerFor(JsonNode.class).readValues(parser)) {
      while (values.hasNextValue()) {
        JsonNode document = values.nextValue();
        if (!isEmpty(document)) {
          documents.add(document);
        }
        if (documents.size() > MAX_DOCUMENTS) {
          throw new Malformed("has more than " + MAX_DOCUMENTS + " documents; send fewer at once");
        }
      }
      return documents;
    } catch (JsonProcessingException e) {
      throw malformed("YAML", e);
    } catch (IOException e) {
      throw new Malformed("cannot be read: " + e.getMessage() + "; send well-formed YAML");
    }
  }

  /** A document marker with nothing after it reads as null or as an empty text. */
  private static boolean isEmpty(JsonNode document) {
    return document.isNull()
        || document.isMissingNode()
        || (document.isTextual() && document.textValue().isEmpty());
  }

  /** A tree as compact JSON. */
  String write(JsonNode node) {
    try {
      return json.writeValueAsString(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree that was read cannot be written", e);
    }
  }

  private static String checked(String text) throws Malformed {
    if (text.length() > MAX_LENGTH) {
      throw new Malformed("is longer than " + MAX_LENGTH + " characters; send fewer at once");
    }
    return text;
  }

  private static Malformed malformed(String format, JsonProcessingException e) {
    String where =
        e.getLocation() == null
            ? ""
            : " at line "
                + e.getLocation().getLineNr()
                + ", column "
                + e.getLocation().getColumnNr();
    String problem = e.getOriginalMessage().lines().findFirst().orElse("unreadable");
    return new Malformed("is not well-formed " + format + where + ": " + problem);
  }

  /** Says what is wrong and where. */
  public static final class Malformed extends Exception {
    private static final long serialVersionUID = 1L;

    Malformed(String message) {
      super(message);
    }

    /** What is wrong, never null. */
    public String problem() {
      return String.valueOf(getMessage());
    }
  }

  /** Jackson hands an alias out as the text of its name: that would lose what the user meant. */
  private static final class NoAliases extends JsonParserDelegate {
    private final YAMLParser parser;

    NoAliases(YAMLParser parser) {
      super(parser);
      this.parser = parser;
    }

    @Override
    public JsonToken nextToken() throws IOException {
      JsonToken token = super.nextToken();
      if (parser.isCurrentAlias()) {
        throw new JsonParseException(
            (JsonParser) parser, "aliases (*name) are not accepted, write the value out");
      }
      return token;
    }
  }
}
