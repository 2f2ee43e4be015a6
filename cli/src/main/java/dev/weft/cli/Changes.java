package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;

/** What a change did, as every writing command reports it. */
final class Changes {
  private Changes() {}

  static void print(ApiCommand command, JsonNode applied, boolean dryRun) {
    if (command.output != Output.table) {
      command.output.print(command.out(), applied);
      return;
    }
    for (JsonNode change : applied.path("changes")) {
      command.out().println(name(change) + " " + change.path("action").asText());
    }
    String revision = applied.path("revision").asText();
    if (dryRun) {
      command.out().println("dry run: nothing was changed, revision " + revision);
    } else if (applied.path("changes").isEmpty()) {
      command.out().println("unchanged, revision " + revision);
    } else {
      command.out().println("revision " + revision);
    }
  }

  /** {@code Service shop/catalog}. */
  static String name(JsonNode resource) {
    return resource.path("kind").asText()
        + " "
        + resource.path("namespace").asText()
        + "/"
        + resource.path("name").asText();
  }

  /** The documents before and after each change, as differing lines of YAML. */
  static void printDiff(ApiCommand command, JsonNode applied) {
    if (command.output != Output.table) {
      command.output.print(command.out(), applied);
      return;
    }
    for (JsonNode change : applied.path("changes")) {
      command.out().println(name(change) + " " + change.path("action").asText());
      LineDiff.of(text(change.path("before")), text(change.path("after")))
          .forEach(line -> command.out().println("  " + line));
    }
    if (applied.path("changes").isEmpty()) {
      command.out().println("no difference");
    }
  }

  private static String text(JsonNode document) {
    return document.isMissingNode() || document.isNull() ? "" : Output.asYaml(document);
  }
}
