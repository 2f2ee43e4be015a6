package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;

@Command(name = "show", description = "Shows the trust domain, the roots and how long they live.")
final class CaShowCommand extends ApiCommand {
  CaShowCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    JsonNode ca = api.get("/api/v1/ca");
    if (output != Output.table) {
      output.print(out(), ca);
      return 0;
    }
    Table table = new Table("TRUST DOMAIN", "ROOT SHA-256", "ROOT UNTIL", "INTERMEDIATE UNTIL");
    table.row(
        ca.path("trustDomain").asText(),
        ca.path("rootSha256").asText(),
        ca.path("rootNotAfter").asText(),
        ca.path("intermediateNotAfter").asText());
    table.print(out());
    out().println(ca.path("rootsPem").asText().stripTrailing());
    return 0;
  }
}
