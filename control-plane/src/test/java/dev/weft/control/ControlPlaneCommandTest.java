package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class ControlPlaneCommandTest {
  private final StringWriter err = new StringWriter();
  private final StringWriter out = new StringWriter();

  @Test
  void wrongUsageIsOneLineAndExitCode2() {
    usage("'here' is not of the form HOST:PORT", "--http", "here");
    usage("--node-name 'a b'", "--node-name", "a b");
    usage("trust domain 'UP'", "--trust-domain", "UP");
    usage("30 days", "--workload-ttl", "100000h");
    usage("'soon' is not a time", "--workload-ttl", "soon");
    usage("--nonsense", "--nonsense");
  }

  @Test
  void aFolderThatCannotBeUsedIsOneLineAndExitCode1() {
    assertThat(run("--data", "/proc/none", "--http", "127.0.0.1:0", "--xds", "127.0.0.1:0"))
        .isEqualTo(1);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).startsWith("weft control-plane: ").contains("/proc/none");
  }

  @Test
  void helpNamesEveryOption() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("--data", "--db", "--http", "--xds", "--join", "--node-name");
  }

  private void usage(String words, String... arguments) {
    err.getBuffer().setLength(0);
    assertThat(run(arguments)).as(words).isEqualTo(2);
    assertThat(err.toString().lines()).hasSize(1);
    assertThat(err.toString()).contains(words, "--help");
  }

  private int run(String... arguments) {
    return new CommandLine(new ControlPlaneCommand())
        .setParameterExceptionHandler(new OneLineUsageErrors())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
