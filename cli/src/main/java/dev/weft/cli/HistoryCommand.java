package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "history", description = "Shows revisions, the newest first.")
final class HistoryCommand extends ApiCommand {
  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "KIND",
      description = "With NAME: only revisions that touched it.")
  private @Nullable String kind;

  @Parameters(index = "1", arity = "0..1", paramLabel = "NAME", description = "Its name.")
  private @Nullable String name;

  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      defaultValue = "default",
      description = "Namespace of NAME (default: ${DEFAULT-VALUE}).")
  private String namespace = "default";

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "At most this many, 1 to 1000 (default: ${DEFAULT-VALUE}).")
  private int limit;

  HistoryCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    StringBuilder path = new StringBuilder("/api/v1/revisions?limit=").append(limit);
    if (kind != null) {
      if (name == null) {
        throw new CliException("give a NAME besides the kind " + kind);
      }
      path.append("&kind=").append(Kinds.parse(kind).plural());
      path.append("&namespace=").append(Api.segment(namespace));
      path.append("&name=").append(Api.segment(name));
    }
    JsonNode revisions = api.get(path.toString());
    if (output != Output.table) {
      output.print(out(), revisions);
      return 0;
    }
    Table table = new Table("REVISION", "AT", "AUTHOR", "CHANGES", "CAUSE");
    for (JsonNode each : revisions.path("items")) {
      table.row(
          each.path("revision").asText(),
          each.path("at").asText(),
          each.path("author").asText(),
          each.path("changes").asText(),
          each.path("cause").asText());
    }
    table.print(out());
    return 0;
  }
}
