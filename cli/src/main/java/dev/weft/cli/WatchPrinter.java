package dev.weft.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.stream.Stream;

/**
 * Prints the events of a watch (server-sent events: {@code event:} and {@code data:} lines) as they
 * arrive.
 */
final class WatchPrinter {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final PrintWriter out;
  private final Output output;
  private String event = "";
  private final StringBuilder data = new StringBuilder();

  WatchPrinter(PrintWriter out, Output output) {
    this.out = out;
    this.output = output;
  }

  /** Returns when the stream ends. */
  void follow(Stream<String> lines) {
    try (lines) {
      for (Iterator<String> each = lines.iterator(); each.hasNext(); ) {
        line(each.next());
      }
    } catch (UncheckedIOException e) {
      throw new CliException("the watch broke: run the command again", e);
    }
  }

  private void line(String line) {
    if (line.isEmpty()) {
      emit();
      event = "";
      data.setLength(0);
    } else if (line.startsWith("event:")) {
      event = line.substring("event:".length()).strip();
    } else if (line.startsWith("data:")) {
      data.append(line.substring("data:".length()).strip());
    }
  }

  private void emit() {
    if (event.equals("reset")) {
      throw new CliException("changes were missed: run the command again");
    }
    if (!event.equals("changes")) {
      return;
    }
    JsonNode changes;
    try {
      changes = JSON.readTree(data.toString());
    } catch (JsonProcessingException e) {
      throw new CliException("the control plane sent an event that is not JSON", e);
    }
    if (output == Output.table) {
      for (JsonNode change : changes.path("changes")) {
        out.println(
            "revision "
                + changes.path("revision").asText()
                + ": "
                + Changes.name(change)
                + " "
                + change.path("action").asText());
      }
    } else if (output == Output.json) {
      // One line an event, for programs that read along.
      out.println(changes);
    } else {
      out.println("---");
      output.print(out, changes);
    }
    out.flush();
  }
}
