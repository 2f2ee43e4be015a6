package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
    name = "config-dump",
    description = "Shows what was last sent to a proxy, as JSON, or YAML with --output yaml.")
final class ConfigDumpCommand extends ApiCommand {
  @Parameters(
      index = "0",
      paramLabel = "PROXY",
      description = "Its id, as 'weft proxies' shows it.")
  private String proxy = "";

  ConfigDumpCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    JsonNode config = api.get("/api/v1/proxies/" + Api.segment(proxy) + "/config");
    output.print(out(), config);
    return 0;
  }
}
