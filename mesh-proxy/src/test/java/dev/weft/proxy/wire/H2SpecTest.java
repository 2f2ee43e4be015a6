package dev.weft.proxy.wire;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.listener;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.CodecType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The conformance tests of h2spec (RFC 9113's and RFC 7541's rules) against listeners as in- and
 * outbound traffic meets them, with a real endpoint behind.
 *
 * @see <a href="https://github.com/summerwind/h2spec">h2spec</a>
 */
@Tag("h2spec")
class H2SpecTest {
  private static final Path MODULE = Path.of("src/test/h2spec");
  private static final Path PROGRAM = Path.of("target/h2spec/h2spec").toAbsolutePath();
  private static final long BUILD_SECONDS = 100;
  private static final long RUN_SECONDS = 60;

  /** Builds the program once; what it needs is pinned by its go.mod and go.sum. */
  @BeforeAll
  static void build() throws Exception {
    if (Files.isExecutable(PROGRAM)) {
      return;
    }
    Files.createDirectories(PROGRAM.getParent());
    Path log = PROGRAM.resolveSibling("build.log");
    try {
      run(
          BUILD_SECONDS,
          MODULE,
          log,
          "go",
          "build",
          "-mod=readonly",
          "-o",
          PROGRAM.toString(),
          "github.com/summerwind/h2spec/cmd/h2spec");
    } catch (IOException e) {
      unavailable("there is no Go on the PATH to build h2spec with: " + e.getMessage());
    }
    if (!Files.isExecutable(PROGRAM)) {
      unavailable("h2spec could not be built:\n" + Files.readString(log));
    }
  }

  /** Where everything is meant to be there a missing tool is a failure, and nowhere else. */
  private static void unavailable(String why) {
    if (System.getenv("CI") != null) {
      fail(why);
    }
    abort(why);
  }

  private static int run(long seconds, Path folder, Path output, String... command)
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

  @ParameterizedTest
  @CsvSource({
    "false, HTTP2, HTTP1",
    "false, HTTP2, HTTP2",
    "false, AUTO, HTTP2",
    "true, AUTO, HTTP2"
  })
  @Timeout(RUN_SECONDS + 10)
  void everyCasePasses(boolean tls, CodecType codec, UpstreamProtocol up) throws Exception {
    try (Mesh mesh = new Mesh();
        Backend backend = Backend.named(mesh.outside, "an answer with a body")) {
      DownstreamTls secured = null;
      if (tls) {
        TestCa ca = new TestCa("mesh root");
        Tls.identify(mesh.secrets, ca.workload("shop", "cart"), ca);
        DownstreamTls strict = Tls.downstream("h2", "http/1.1");
        secured = new DownstreamTls(strict.common(), false);
      }
      HttpConnectionManager http =
          HttpConnectionManager.of("in", codec, new HttpConnectionManager.Rds("routes"));
      mesh.apply(
          config(
              List.of(listener("in", List.of(), chain("", ChainMatch.ANY, secured, http))),
              all("c"),
              cluster("c", up, backend.port())));
      List<String> command = new ArrayList<>();
      // A cold JVM on a busy machine may take longer for an answer than the two seconds of default.
      command.addAll(
          List.of(PROGRAM.toString(), "--strict", "--timeout", "10", "-p", "" + mesh.port()));
      if (tls) {
        command.addAll(List.of("-t", "-k"));
      }
      Path report =
          PROGRAM.resolveSibling("report-" + (tls ? "tls-" : "") + codec + "-" + up + ".txt");

      int exit = run(RUN_SECONDS, PROGRAM.getParent(), report, command.toArray(String[]::new));

      String text = Files.readString(report);
      int failures = text.indexOf("Failures:");
      String failed = text.substring(Math.max(0, failures));
      assertThat(text).contains("Generic tests", "HPACK");
      if (codec == CodecType.AUTO && !tls) {
        // Where both versions are spoken a wrong preface is a wrong request of HTTP/1.1: 400, in
        // HTTP/1.1, and a close. h2spec cannot read the one before the other; Envoy does the same.
        assertThat(failed)
            .contains("2: Sends invalid connection preface")
            .contains("145 passed, 0 skipped, 1 failed");
      } else {
        assertThat(exit).as(failed).isZero();
        assertThat(text).contains(" 0 skipped, 0 failed");
      }
    }
  }
}
