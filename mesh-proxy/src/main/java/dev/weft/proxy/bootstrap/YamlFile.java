package dev.weft.proxy.bootstrap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads YAML, of which JSON is a part. */
final class YamlFile {
  private static final long MAX_BYTES = 32L * 1024 * 1024;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML =
      new ObjectMapper(new YAMLFactory()).enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private YamlFile() {}

  /**
   * The file as JSON.
   *
   * @throws IllegalArgumentException with line and column, if it cannot be parsed
   * @throws IOException if it cannot be read
   */
  static String toJson(Path file) throws IOException {
    if (Files.size(file) > MAX_BYTES) {
      throw new IllegalArgumentException("larger than 32 MiB");
    }
    String text = Files.readString(file, StandardCharsets.UTF_8);
    try {
      JsonNode tree =
          text.stripLeading().startsWith("{") ? JSON.readTree(text) : YAML.readTree(text);
      if (tree == null || !tree.isObject()) {
        throw new IllegalArgumentException("is empty or no object; a bootstrap is an object");
      }
      return JSON.writeValueAsString(tree);
    } catch (JsonProcessingException e) {
      var where = e.getLocation();
      throw new IllegalArgumentException(
          (where == null
                  ? ""
                  : "line " + where.getLineNr() + ", column " + where.getColumnNr() + ": ")
              + e.getOriginalMessage().lines().findFirst().orElse("cannot be parsed"),
          e);
    }
  }
}
