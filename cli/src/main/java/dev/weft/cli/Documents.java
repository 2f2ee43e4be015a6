package dev.weft.cli;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Resources read from files, each with where it stands. */
record Documents(List<Entry> entries) {
  private static final YAMLMapper YAML = new YAMLMapper();
  private static final Pattern NUMBERED = Pattern.compile("document (\\d{1,6})");
  private static final Pattern MARK = Pattern.compile("line (\\d{1,9}), column (\\d{1,9})");
  private static final int MAX_BYTES = 8 << 20;

  Documents {
    entries = List.copyOf(entries);
  }

  /** One document; {@code source} is its file and its position in it. */
  record Entry(String source, JsonNode tree) {}

  /**
   * Reads {@code -} (standard input), files, and folders with all YAML and JSON files below them.
   */
  static Documents read(List<String> sources, InputStream standardInput) {
    List<Entry> entries = new ArrayList<>();
    for (String source : sources) {
      try {
        if (source.equals("-")) {
          parse("standard input", standardInput.readNBytes(MAX_BYTES + 1), entries);
        } else {
          for (Path file : files(Path.of(source))) {
            try (InputStream in = Files.newInputStream(file)) {
              parse(file.toString(), in.readNBytes(MAX_BYTES + 1), entries);
            }
          }
        }
      } catch (IOException e) {
        throw new CliException("cannot read " + source + ": " + reason(e), e);
      }
    }
    if (entries.isEmpty()) {
      throw new CliException(
          "there is no resource in " + String.join(", ", sources) + ": give YAML or JSON files");
    }
    return new Documents(entries);
  }

  /** Where in the user's files {@code subject} ("document 3") is; other subjects as they are. */
  String locate(String subject) {
    Matcher numbered = NUMBERED.matcher(subject);
    if (!numbered.matches()) {
      return subject;
    }
    int index = Integer.parseInt(numbered.group(1)) - 1;
    return index >= 0 && index < entries.size() ? entries.get(index).source() : subject;
  }

  /** The change set that writes all of them. */
  ObjectNode toPut() {
    ObjectNode changes = YAML.createObjectNode();
    ArrayNode resources = changes.putArray("resources");
    entries.forEach(entry -> resources.add(entry.tree()));
    return changes;
  }

  /** The change set that deletes all of them. */
  ObjectNode toDelete() {
    ObjectNode changes = YAML.createObjectNode();
    ArrayNode deletes = changes.putArray("deletes");
    for (Entry entry : entries) {
      JsonNode metadata = entry.tree().path("metadata");
      deletes
          .addObject()
          .put("kind", entry.tree().path("kind").asText(""))
          .put("namespace", metadata.path("namespace").asText("default"))
          .put("name", metadata.path("name").asText(""));
    }
    return changes;
  }

  private static List<Path> files(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> tree = Files.walk(path)) {
      return tree.filter(Files::isRegularFile)
          .filter(file -> file.getFileName().toString().matches("[^.].*\\.(ya?ml|json)"))
          .sorted()
          .toList();
    }
  }

  private static void parse(String source, byte[] text, List<Entry> entries) {
    if (text.length > MAX_BYTES) {
      throw new CliException(source + " is larger than 8 MiB: split it");
    }
    int position = 0;
    try (var parser =
            new NoAliases(
                YAML.getFactory().createParser(new String(text, StandardCharsets.UTF_8)));
        MappingIterator<JsonNode> documents = YAML.readerFor(JsonNode.class).readValues(parser)) {
      while (documents.hasNextValue()) {
        JsonNode tree = documents.nextValue();
        position++;
        if (tree != null && !tree.isNull() && !tree.isMissingNode()) {
          entries.add(new Entry(source + " document " + position, tree));
        }
      }
    } catch (JsonProcessingException e) {
      throw new CliException(source + " " + place(e) + ": " + what(e), e);
    } catch (IOException e) {
      throw new CliException("cannot read " + source + ": " + reason(e), e);
    }
  }

  /** Where the text is wrong: the parser's last word on it, which for YAML is in its message. */
  private static String place(JsonProcessingException e) {
    Matcher marks = MARK.matcher(String.valueOf(e.getOriginalMessage()));
    String place = "";
    while (marks.find()) {
      place = "line " + marks.group(1) + " column " + marks.group(2);
    }
    JsonLocation at = e.getLocation();
    return place.isEmpty() && at != null
        ? "line " + at.getLineNr() + " column " + at.getColumnNr()
        : place;
  }

  /** The message without the excerpts of the text, which the parser indents. */
  private static String what(JsonProcessingException e) {
    return String.valueOf(e.getOriginalMessage())
        .lines()
        .filter(line -> !line.isBlank() && !line.startsWith(" "))
        .collect(Collectors.joining(", "));
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException missing -> "there is no such file";
      case AccessDeniedException denied -> "you may not read it";
      default -> String.valueOf(e.getMessage());
    };
  }
}
