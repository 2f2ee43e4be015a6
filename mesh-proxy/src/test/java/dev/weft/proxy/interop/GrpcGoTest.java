package dev.weft.proxy.interop;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.interop.FilteredMesh.Host;
import dev.weft.proxy.testkit.GoProgram;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** grpc-go on both sides of a proxy. */
@Tag("grpc-go")
class GrpcGoTest {
  private static final int EXCHANGES = 4000;
  private static final int LARGE_MESSAGES = 48;
  private static final long RUN_SECONDS = 120;

  /** Its interoperability cases, and of these the ones that say much before they get an answer. */
  private static final List<String> CASES =
      List.of(
          "empty_unary",
          "large_unary",
          "client_streaming",
          "server_streaming",
          "ping_pong",
          "empty_stream",
          "timeout_on_sleeping_server",
          "cancel_after_begin",
          "cancel_after_first_response",
          "custom_metadata",
          "status_code_and_message",
          "special_status_message",
          "unimplemented_method",
          "unimplemented_service");

  private static final Set<String> LARGE_CASES = Set.of("large_unary", "client_streaming");

  private static Path program;

  @BeforeAll
  static void build() throws Exception {
    program = GoProgram.build("grpcgo", ".");
  }

  /** A server of it in a process of its own. */
  private static final class Served implements AutoCloseable {
    private final Process process;
    private final BufferedReader said;
    final int port;

    Served(String command) throws IOException {
      Path log = program.resolveSibling(command + ".log");
      process = new ProcessBuilder(program.toString(), command).redirectError(log.toFile()).start();
      said = process.inputReader();
      String address = said.readLine();
      assertThat(address).as(Files.readString(log)).startsWith("127.0.0.1:");
      port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
    }

    /** Ends it: the last line that it says. */
    String end() throws IOException {
      process.getOutputStream().close();
      return said.readLine();
    }

    @Override
    public void close() throws InterruptedException {
      process.destroyForcibly().waitFor();
    }
  }

  /**
   * To measure bandwidth it sends a PING with DATA that it gets while no other is under way, which
   * over loopback is nearly each: thousands, far more than a connection may send for nothing. Both
   * sides count what they send.
   */
  @Test
  @Timeout(RUN_SECONDS + 30)
  void thePingsWithWhichItMeasuresBandwidthNeverEndAConnection() throws Exception {
    try (Mesh mesh = new Mesh();
        Served server = new Served("serve")) {
      mesh.apply(config(all("c"), cluster("c", UpstreamProtocol.HTTP2, server.port)));

      Path report = program.resolveSibling("call.log");
      int exit =
          GoProgram.run(
              RUN_SECONDS,
              program.getParent(),
              report,
              program.toString(),
              "call",
              "127.0.0.1:" + mesh.port(),
              "" + EXCHANGES,
              "" + LARGE_MESSAGES);

      String text = Files.readString(report);
      assertThat(exit).as(text).isZero();
      JsonObject client = new JsonObject(text);
      JsonObject endpoint = new JsonObject(server.end());
      assertThat(client.getInteger("connections")).as("of the client").isEqualTo(1);
      assertThat(endpoint.getInteger("connections")).as("to the endpoint").isEqualTo(1);
      // Otherwise nothing was tried here.
      assertThat(client.getInteger("pings")).as("the client's").isGreaterThan(EXCHANGES / 2);
      assertThat(endpoint.getInteger("pings")).as("the endpoint's").isGreaterThan(EXCHANGES / 2);
      assertThat(mesh.telemetry.lines()).hasSize(3).allMatch(line -> line.grpcStatus() == 0);
    }
  }

  /** Its interoperability cases through every filter, retries, hedging, and a mirror. */
  @ParameterizedTest
  @EnumSource
  @Timeout(RUN_SECONDS + 30)
  void itsCasesPass(Host host) throws Exception {
    List<String> names =
        CASES.stream().filter(name -> host.suits(LARGE_CASES.contains(name))).toList();
    try (FilteredMesh filtered = new FilteredMesh();
        Served server = new Served("serve-cases");
        Served mirror = new Served("serve-cases")) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  program.toString(),
                  "cases",
                  "127.0.0.1:" + filtered.before(server.port, mirror.port),
                  host.authority()));
      command.addAll(names);
      Path report = program.resolveSibling("cases.log");
      int exit =
          GoProgram.run(RUN_SECONDS, program.getParent(), report, command.toArray(String[]::new));

      String text = Files.readString(report);
      assertThat(exit).as(text).isZero();
      assertThat(text.lines()).containsExactlyElementsOf(names);
      if (host == Host.HEDGED) {
        assertThat(filtered.overtaken()).as("answers of second tries").isPositive();
      }
    }
  }
}
