package dev.weft.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

@Command(name = "apply", description = "Creates or replaces resources, all of them or none.")
final class ApplyCommand extends ApiCommand {
  @Option(
      names = {"-f", "--file"},
      required = true,
      paramLabel = "FILE|DIR|-",
      description = "YAML or JSON; - is standard input. May be repeated.")
  private List<String> files = List.of();

  @Option(
      names = "--expect-revision",
      paramLabel = "N",
      defaultValue = "-1",
      showDefaultValue = Visibility.NEVER,
      description = "Apply only if this is the newest revision.")
  private long expectedRevision;

  @Option(names = "--dry-run", description = "Say what would change, and change nothing.")
  private boolean dryRun;

  ApplyCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    Documents documents = Documents.read(files, terminal.in());
    JsonNode applied =
        api.post(
            "/api/v1/changesets" + (dryRun ? "?dryRun=true" : ""),
            documents.toPut(),
            expectedRevision,
            documents::locate);
    Changes.print(this, applied, dryRun);
    return 0;
  }
}
