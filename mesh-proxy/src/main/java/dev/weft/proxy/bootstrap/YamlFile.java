package dev.weft.proxy.bootstrap;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads YAML, of which JSON is a part. Streaming, for a tree's classes cost time at the start. */
final class YamlFile {
  private static final long MAX_BYTES = 32L * 1024 * 1024;

  private YamlFile() {}

  /**
   * The file as JSON.
   *
   * @throws IllegalArgumentException with line and column, if it cannot be parsed
   * @throws IOException if it cannot be read
   */
  static String toJson(Path file) throws IOException {
    String text = text(file);
    JsonFactory format =
        text.stripLeading().startsWith("{")
            ? JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build()
            : new AnchoredYaml();
    StringWriter out = new StringWriter(text.length());
    try (JsonParser in = format.createParser(text);
        JsonGenerator generator = new JsonFactory().createGenerator(out)) {
      if (in.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("is empty or no object; a bootstrap is an object");
      }
      if (in instanceof AnchoredYaml.Parser yaml) {
        new YamlAliases(yaml).copyValue(generator);
      } else {
        generator.copyCurrentStructure(in);
      }
      if (in.nextToken() != null) {
        throw new IllegalArgumentException(
            "line " + in.currentLocation().getLineNr() + ": has something after its end");
      }
    } catch (JsonProcessingException e) {
      var where = e.getLocation();
      throw new IllegalArgumentException(
          (where == null
                  ? ""
                  : "line " + where.getLineNr() + ", column " + where.getColumnNr() + ": ")
              + e.getOriginalMessage().lines().findFirst().orElse("cannot be parsed"),
          e);
    }
    return out.toString();
  }

  private static String text(Path file) throws IOException {
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new IllegalArgumentException("larger than 32 MiB");
      }
      return Files.readString(file, StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      throw new IOException(file + " does not exist; give the path of a bootstrap file", e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + " may not be read by this user; see its permissions", e);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("is not UTF-8 text", e);
    }
  }
}
