package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "audit", description = "Shows who did what, the newest first.")
final class AuditCommand extends ApiCommand {
  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "50",
      description = "At most this many, 1 to 1000 (default: ${DEFAULT-VALUE}).")
  private int limit;

  AuditCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    JsonNode entries = api.get("/api/v1/audit?limit=" + limit);
    if (output != Output.table) {
      output.print(out(), entries);
      return 0;
    }
    Table table = new Table("AT", "AUTHOR", "ACTION", "SUBJECT", "REVISION", "DETAIL");
    for (JsonNode entry : entries.path("items")) {
      table.row(
          entry.path("at").asText(),
          entry.path("author").asText(),
          entry.path("action").asText(),
          entry.path("subject").asText(),
          entry.path("revision").asText("").replace("null", ""),
          entry.path("detail").asText());
    }
    table.print(out());
    return 0;
  }
}
