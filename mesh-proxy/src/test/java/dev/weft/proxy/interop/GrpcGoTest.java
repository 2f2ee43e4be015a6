package dev.weft.proxy.interop;

import static dev.weft.proxy.testkit.Configs.all;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.GoProgram;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * grpc-go on both sides of a proxy. To measure bandwidth it sends a PING with DATA that it gets
 * while no other is under way, which over loopback is nearly each: thousands, far more than a
 * connection may send for nothing. Both sides count what they send.
 */
@Tag("grpc-go")
class GrpcGoTest {
  private static final int EXCHANGES = 4000;
  private static final int LARGE_MESSAGES = 48;
  private static final long RUN_SECONDS = 120;

  private static Path program;

  @BeforeAll
  static void build() throws Exception {
    program = GoProgram.build("grpcgo", ".");
  }

  @Test
  @Timeout(RUN_SECONDS + 30)
  void thePingsWithWhichItMeasuresBandwidthNeverEndAConnection() throws Exception {
    Path log = program.resolveSibling("serve.log");
    Process server =
        new ProcessBuilder(program.toString(), "serve").redirectError(log.toFile()).start();
    try (Mesh mesh = new Mesh();
        BufferedReader said = server.inputReader()) {
      String address = said.readLine();
      assertThat(address).as(Files.readString(log)).startsWith("127.0.0.1:");
      int port = Integer.parseInt(address.substring(address.indexOf(':') + 1));
      mesh.apply(config(all("c"), cluster("c", UpstreamProtocol.HTTP2, port)));

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
      server.getOutputStream().close();
      JsonObject endpoint = new JsonObject(said.readLine());
      assertThat(client.getInteger("connections")).as("of the client").isEqualTo(1);
      assertThat(endpoint.getInteger("connections")).as("to the endpoint").isEqualTo(1);
      // Otherwise nothing was tried here.
      assertThat(client.getInteger("pings")).as("the client's").isGreaterThan(EXCHANGES / 2);
      assertThat(endpoint.getInteger("pings")).as("the endpoint's").isGreaterThan(EXCHANGES / 2);
      assertThat(mesh.telemetry.lines()).hasSize(3).allMatch(line -> line.grpcStatus() == 0);
    } finally {
      server.destroyForcibly().waitFor();
    }
  }
}
