package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;

@Command(name = "proxies", description = "Shows the sidecars of the mesh.")
final class ProxiesCommand extends ApiCommand {
  ProxiesCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    JsonNode proxies = api.list("/api/v1/proxies");
    if (output != Output.table) {
      output.print(out(), proxies);
      return 0;
    }
    Table table =
        new Table("ID", "SERVICE", "ADDRESS", "NODE", "STATE", "SINCE", "REVISION", "REFUSES");
    for (JsonNode proxy : proxies.path("items")) {
      List<String> refusals = new ArrayList<>();
      for (JsonNode refusal : proxy.path("refusals")) {
        refusals.add(refusal.path("resource").asText() + ": " + refusal.path("reason").asText());
      }
      table.row(
          proxy.path("id").asText(),
          proxy.path("namespace").asText() + "/" + proxy.path("service").asText(),
          proxy.path("address").asText() + ":" + proxy.path("inboundPort").asText(),
          proxy.path("node").asText(),
          proxy.path("connected").asBoolean() ? "connected" : "gone",
          proxy.path("since").asText(),
          proxy.path("revision").asText("").replace("null", ""),
          String.join("; ", refusals));
    }
    if (table.isEmpty()) {
      terminal.err().println("no proxy has connected yet");
    } else {
      table.print(out());
    }
    return 0;
  }
}
