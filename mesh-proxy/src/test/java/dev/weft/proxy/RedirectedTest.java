package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.proxy.testkit.GoProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections that netfilter redirects to a proxy, in a network namespace of the test's own, which
 * needs neither root nor nft. The answers are Envoy's to the same calls, but for the loop.
 */
@EnabledOnOs(OS.LINUX)
class RedirectedTest {
  private static final Path BOOTSTRAP = Path.of("src/test/redirect/bootstrap.yaml");
  private static final String REDIRECT =
      "python3 src/test/redirect/redirect.py 80 15001 81 15002 && exec \"$@\"";
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  @TempDir Path folder;

  private int inNamespace(Path output, String... command) throws Exception {
    String[] all = new String[command.length + 2];
    all[0] = "unshare";
    all[1] = "-Urn";
    System.arraycopy(command, 0, all, 2, command.length);
    return GoProgram.run(60, Path.of("."), output, all);
  }

  /** Where everything is meant to be there a system without namespaces is a failure. */
  private void needNamespaces() throws Exception {
    Path output = folder.resolve("probe");
    String why;
    try {
      if (inNamespace(output, "python3", "-c", "pass") == 0) {
        return;
      }
      why = Files.readString(output);
    } catch (IOException e) {
      why = e.getMessage();
    }
    if (System.getenv("CI") != null) {
      fail("no network namespace could be made: " + why);
    }
    abort("no network namespace could be made: " + why);
  }

  @Test
  void connectionsAreTakenForWhereTheyLedTo() throws Exception {
    needNamespaces();
    Path output = folder.resolve("calls");
    int status =
        inNamespace(
            output,
            "sh",
            "-c",
            REDIRECT,
            "sh",
            JAVA,
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            RedirectedCalls.class.getName(),
            BOOTSTRAP.toString());
    String said = Files.readString(output);
    assertThat(status).as(said).isZero();
    List<String> calls =
        said.lines()
            .filter(line -> line.startsWith("CALL "))
            .map(line -> line.substring("CALL ".length()))
            .toList();
    assertThat(calls)
        .as(said)
        .containsExactly(
            // by chains that match the address, not that of the socket
            "127.7.7.7 80 /: 200, 127.7.7.7:80 by 127.0.0.1:15001, sevens",
            // relayed to the port beside the one that it led to
            "127.8.8.8 80 /: 200, 127.8.8.8:8081 by 127.8.8.8:8081, echo",
            // no chain is for it: those of its port come before those of any
            "127.9.9.9 80 /: ",
            "::1 80 /: 200, [::1]:80 by [::1]:15001, six",
            // handed over to the listener of that address, which is not bound
            "127.7.7.7 81 /: 200, 127.7.7.7:81 by 127.0.0.1:15002, taken",
            // nobody has that one
            "127.7.7.8 81 /: 200, 127.7.7.8:81 by 127.0.0.1:15002, kept",
            // not redirected
            "127.0.0.1 15001 /: 200, 127.0.0.1:15001 by 127.0.0.1:15001, rest",
            "127.0.0.1 15001 /beside: 200, 127.0.0.1:8081 by 127.0.0.1:8081, echo",
            // where Envoy connects to itself for as long as it has descriptors
            "127.0.0.1 15001 /there: 503 Service Unavailable",
            "127.0.0.1 15002 /: 200, 127.0.0.1:15002 by 127.0.0.1:15002, kept");
  }
}
