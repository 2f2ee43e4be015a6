package dev.weft.proxy.wire;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.listener;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.GoProgram;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.Tls;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.CodecType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
  private static final long RUN_SECONDS = 60;

  private static Path program;

  @BeforeAll
  static void build() throws Exception {
    program = GoProgram.build("h2spec", "github.com/summerwind/h2spec/cmd/h2spec");
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
          List.of(program.toString(), "--strict", "--timeout", "10", "-p", "" + mesh.port()));
      if (tls) {
        command.addAll(List.of("-t", "-k"));
      }
      Path report =
          program.resolveSibling("report-" + (tls ? "tls-" : "") + codec + "-" + up + ".txt");

      int exit =
          GoProgram.run(RUN_SECONDS, program.getParent(), report, command.toArray(String[]::new));

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
