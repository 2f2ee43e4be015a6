package dev.weft.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Unmatched;

/**
 * A program of its own that the launcher script starts instead of this one. It stands here so that
 * {@code weft --help} and completion know it.
 */
abstract class ProgramCommand implements Callable<Integer> {
  private final String name;

  // Whatever the program is given; it checks its own arguments.
  @Unmatched private List<String> arguments = List.of();

  ProgramCommand(String name) {
    this.name = name;
  }

  @Override
  public Integer call() {
    throw new CliException(
        "'weft "
            + name
            + "' is a program of its own: start it by the launcher script weft, not by this jar"
            + (arguments.isEmpty() ? "" : ", with the same arguments"));
  }

  @Command(name = "control-plane", description = "Runs one node of the control plane.")
  static final class ControlPlane extends ProgramCommand {
    ControlPlane() {
      super("control-plane");
    }
  }

  @Command(name = "proxy", description = "Runs a sidecar, or a proxy from a bootstrap file.")
  static final class Proxy extends ProgramCommand {
    Proxy() {
      super("proxy");
    }
  }

  @Command(
      name = "demo",
      description = "Runs a control plane, a shop, a sidecar for each instance, and load.")
  static final class Demo extends ProgramCommand {
    Demo() {
      super("demo");
    }
  }
}
