package dev.weft.cli;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "diff",
    description = "Shows what applying files would change, or what a revision has changed.")
final class DiffCommand extends ApiCommand {
  @ArgGroup(exclusive = true, multiplicity = "1")
  private @Nullable What what;

  static final class What {
    @Option(
        names = {"-f", "--file"},
        required = true,
        paramLabel = "FILE|DIR|-",
        description = "YAML or JSON; - is standard input. May be repeated.")
    private List<String> files = List.of();

    @Option(
        names = "--revision",
        required = true,
        paramLabel = "N",
        description = "What this revision changed.")
    private long revision = -1;
  }

  DiffCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    What chosen = Objects.requireNonNull(what);
    if (chosen.revision >= 0) {
      Changes.printDiff(this, api.get("/api/v1/revisions/" + chosen.revision + "/diff"));
      return 0;
    }
    Documents documents = Documents.read(chosen.files, terminal.in());
    Changes.printDiff(
        this, api.post("/api/v1/changesets?dryRun=true", documents.toPut(), -1, documents::locate));
    return 0;
  }
}
