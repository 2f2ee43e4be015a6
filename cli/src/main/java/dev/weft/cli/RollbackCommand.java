package dev.weft.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "rollback", description = "Makes a new revision with the content of an old one.")
final class RollbackCommand extends ApiCommand {
  @Parameters(index = "0", paramLabel = "REVISION", description = "The one to go back to.")
  private long revision;

  @Option(
      names = "--expect-revision",
      paramLabel = "N",
      defaultValue = "-1",
      showDefaultValue = Visibility.NEVER,
      description = "Roll back only if this is the newest revision.")
  private long expectedRevision;

  RollbackCommand(Terminal terminal) {
    super(terminal);
  }

  @Override
  int run(Api api) {
    Changes.print(
        this, api.post("/api/v1/revisions/" + revision + "/rollback", expectedRevision), false);
    return 0;
  }
}
