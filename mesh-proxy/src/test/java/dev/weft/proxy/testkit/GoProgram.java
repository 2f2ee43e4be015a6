package dev.weft.proxy.testkit;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Programs in Go, built once with the Go on the PATH; go.mod and go.sum pin what they need. */
public final class GoProgram {
  private static final long BUILD_SECONDS = 100;

  private GoProgram() {}

  /**
   * Builds a program into {@code target} unless it is there. Without Go, or without a network to
   * get its modules, the test is skipped; where {@code CI} is set it fails.
   *
   * @param name of the module's folder below {@code src/test}, and of the program
   * @param main the package to build, {@code .} for the module's own
   */
  public static Path build(String name, String main) throws Exception {
    Path program = Path.of("target", name, name).toAbsolutePath();
    Path module = Path.of("src/test", name);
    Files.createDirectories(program.getParent());
    Path log = program.resolveSibling("build.log");
    try {
      // Where nothing changed Go's own cache makes this a matter of a moment.
      run(
          BUILD_SECONDS,
          module,
          log,
          "go",
          "build",
          "-mod=readonly",
          "-o",
          program.toString(),
          main);
    } catch (IOException e) {
      unavailable("there is no Go on the PATH to build " + name + " with: " + e.getMessage());
    }
    if (!Files.isExecutable(program)) {
      unavailable(name + " could not be built:\n" + Files.readString(log));
    }
    return program;
  }

  /** Where everything is meant to be there a missing tool is a failure, and nowhere else. */
  private static void unavailable(String why) {
    if (System.getenv("CI") != null) {
      fail(why);
    }
    abort(why);
  }

  /** Runs a command to its end: its exit status, -1 if it took longer. */
  public static int run(long seconds, Path folder, Path output, String... command)
      throws Exception {
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      return process.waitFor(seconds, TimeUnit.SECONDS) ? process.exitValue() : -1;
    } finally {
      process.destroyForcibly().waitFor();
    }
  }
}
