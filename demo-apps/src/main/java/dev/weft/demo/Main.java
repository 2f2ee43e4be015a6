package dev.weft.demo;

import dev.weft.demo.app.AppCommand;
import dev.weft.demo.run.DemoCommand;
import dev.weft.demo.run.TrainCommand;
import picocli.CommandLine;

/** {@code weft demo}. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    CommandLine command =
        new CommandLine(new DemoCommand())
            .addSubcommand(new AppCommand())
            .addSubcommand(new TrainCommand());
    command.setExecutionExceptionHandler(
        (failure, line, parsed) -> {
          String message = failure.getMessage();
          System.err.println(
              "weft demo: " + (message == null ? failure.getClass().getSimpleName() : message));
          return 1;
        });
    System.exit(command.execute(args));
  }
}
