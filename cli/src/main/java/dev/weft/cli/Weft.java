package dev.weft.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParameterException;

/** The {@code weft} command line: exit code 0 is done, 1 failed, 2 wrong usage. */
final class Weft {
  private Weft() {}

  /** Runs a command and returns its exit code. */
  static int run(Terminal terminal, String... arguments) {
    return commandLine(terminal).execute(arguments);
  }

  static CommandLine commandLine(Terminal terminal) {
    CommandLine weft = new CommandLine(new Root());
    weft.getCommandSpec().version("weft " + version());
    weft.addSubcommand(new ProgramCommand.Demo());
    weft.addSubcommand(new ProgramCommand.ControlPlane());
    weft.addSubcommand(new ProgramCommand.Proxy());
    weft.addSubcommand(new ApplyCommand(terminal));
    weft.addSubcommand(new GetCommand(terminal));
    weft.addSubcommand(new DeleteCommand(terminal));
    weft.addSubcommand(new DiffCommand(terminal));
    weft.addSubcommand(new HistoryCommand(terminal));
    weft.addSubcommand(new RollbackCommand(terminal));
    weft.addSubcommand(new WaitCommand(terminal));
    weft.addSubcommand(new ProxiesCommand(terminal));
    weft.addSubcommand(new ConfigDumpCommand(terminal));
    weft.addSubcommand(
        new CommandLine(new Token())
            .addSubcommand(new TokenCommand.Create(terminal))
            .addSubcommand(new TokenCommand.List(terminal))
            .addSubcommand(new TokenCommand.Revoke(terminal)));
    weft.addSubcommand(new CommandLine(new Ca()).addSubcommand(new CaShowCommand(terminal)));
    weft.addSubcommand(new AuditCommand(terminal));
    weft.addSubcommand(new CheckCommand(terminal));
    weft.addSubcommand(new CompletionCommand(terminal));
    return weft.setOut(terminal.out())
        .setErr(terminal.err())
        .setUsageHelpWidth(100)
        .setParameterExceptionHandler(Weft::wrongUsage)
        .setExecutionExceptionHandler(failures(terminal));
  }

  // Without a subcommand these are wrong usage.
  @Command(
      name = "weft",
      description = "A service mesh on the JVM: control plane, sidecars and tools.",
      mixinStandardHelpOptions = true,
      exitCodeListHeading = "%nExit codes:%n",
      exitCodeList = {"0:done", "1:failed", "2:wrong usage"})
  private static final class Root {}

  @Command(
      name = "token",
      description = "Join tokens, by which instances of a service enrol.",
      mixinStandardHelpOptions = true)
  private static final class Token {}

  @Command(
      name = "ca",
      description = "The mesh's certificate authority.",
      mixinStandardHelpOptions = true)
  private static final class Ca {}

  private static int wrongUsage(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command
        .getErr()
        .println(
            "weft: "
                + String.valueOf(e.getMessage()).replaceAll("\\R", " ")
                + "; see "
                + name
                + " --help");
    command.getErr().flush();
    return CommandLine.ExitCode.USAGE;
  }

  private static IExecutionExceptionHandler failures(Terminal terminal) {
    return (e, command, parsed) -> {
      PrintWriter err = terminal.err();
      terminal.out().flush();
      boolean known = e instanceof CliException;
      err.println(
          "weft: " + (known ? e.getMessage() : "unexpected " + e + "; run again with --verbose"));
      if (command.getCommand() instanceof ApiCommand api && api.verbose) {
        e.printStackTrace(err);
      }
      err.flush();
      return CommandLine.ExitCode.SOFTWARE;
    };
  }

  private static String version() {
    String version = Weft.class.getPackage().getImplementationVersion();
    return version == null ? "(built from sources)" : version;
  }
}
