package dev.weft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.PrintWriter;

/** How results are printed: for people, or as data. */
enum Output {
  table,
  json,
  yaml;

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .build();

  /** Prints {@code data} as JSON or YAML; tables are the caller's. */
  void print(PrintWriter out, JsonNode data) {
    out.println(this == yaml ? asYaml(data).stripTrailing() : asJson(data));
  }

  static String asJson(JsonNode data) {
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(data);
    } catch (JsonProcessingException e) {
      throw new CliException("the answer cannot be printed as JSON", e);
    }
  }

  static String asYaml(JsonNode data) {
    try {
      return YAML.writeValueAsString(data);
    } catch (JsonProcessingException e) {
      throw new CliException("the answer cannot be printed as YAML", e);
    }
  }
}
