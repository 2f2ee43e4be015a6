package dev.weft.control;

import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;

/** Wrong usage gets one line and where to read on, not the whole help. */
final class OneLineUsageErrors implements IParameterExceptionHandler {
  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    CommandLine command = e.getCommandLine();
    String name = command.getCommandSpec().qualifiedName();
    command.getErr().println(name + ": " + e.getMessage() + "; see " + name + " --help");
    command.getErr().flush();
    return CommandLine.ExitCode.USAGE;
  }
}
