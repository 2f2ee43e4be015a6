package dev.weft.proxy;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Starts the proxy. Exit codes: 0 done, 1 failed, 2 wrong usage. */
public final class Main {
  private Main() {}

  /** Runs until the proxy ends. */
  public static void main(String[] args) {
    System.exit(run(args, new PrintWriter(System.err, true, StandardCharsets.UTF_8)));
  }

  static int run(String[] args, PrintWriter err) {
    ProxyCommand command = new ProxyCommand();
    CommandLine line = new CommandLine(command);
    line.setParameterExceptionHandler(
        (ParameterException e, String[] given) -> {
          err.println("weft proxy: " + e.getMessage() + "; see weft proxy --help");
          return CommandLine.ExitCode.USAGE;
        });
    line.setExecutionExceptionHandler(
        (e, failed, parsed) -> {
          if (e instanceof ParameterException usage) {
            err.println("weft proxy: " + usage.getMessage() + "; see weft proxy --help");
            return CommandLine.ExitCode.USAGE;
          }
          err.println("weft proxy: " + (e.getMessage() == null ? e : e.getMessage()));
          if (command.verbose) {
            e.printStackTrace(err);
          }
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line.execute(args);
  }
}
