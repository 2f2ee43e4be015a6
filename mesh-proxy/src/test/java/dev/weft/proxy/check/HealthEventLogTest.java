package dev.weft.proxy.check;

import static dev.weft.proxy.check.Checked.OFTEN;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthCheck.EventLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health checks write what they find to files, as Envoy does. */
class HealthEventLogTest {
  private final Mesh mesh = new Mesh();
  private final RecordingUpstream upstream = new RecordingUpstream(mesh.outside, false, null);
  private volatile int status = 200;
  @TempDir Path folder;

  @AfterEach
  void close() {
    upstream.close();
    mesh.close();
  }

  private void check(Path file) {
    upstream.onEnd(
        arrival -> {
          arrival.head(status, "content-length", "1");
          arrival.data("x", true);
        });
    HealthCheck often = Checked.every(OFTEN, Checked.http());
    HealthCheck logging =
        new HealthCheck(
            often.timeout(),
            often.intervals(),
            often.unhealthyThreshold(),
            often.healthyThreshold(),
            often.reuseConnection(),
            often.alpn(),
            false,
            false,
            often.probe(),
            new EventLog(List.of(file.toString()), false, false));
    mesh.apply(Checked.to(Checked.cluster(UpstreamProtocol.HTTP1, null, logging), upstream.port()));
  }

  private static List<JsonNode> lines(Path file) throws IOException {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : Files.readAllLines(file)) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }

  @Test
  void comingGoingAndComingBackAreALineEach() throws IOException {
    Path file = folder.resolve("events.json");
    check(file);
    await("the first check").until(() -> Checked.well(mesh) == 1);
    status = 503;
    await("failed checks").until(() -> Checked.well(mesh) == 0);
    status = 200;
    await("three lines").until(() -> Files.readAllLines(file).size() == 3);

    List<JsonNode> lines = lines(file);
    assertThat(lines.get(0).at("/add_healthy_event/first_check").booleanValue()).isTrue();
    assertThat(lines.get(1).at("/eject_unhealthy_event/failure_type").textValue())
        .isEqualTo("ACTIVE");
    assertThat(lines.get(2).at("/add_healthy_event/first_check").booleanValue()).isFalse();
    assertThat(lines)
        .allSatisfy(
            line -> {
              assertThat(line.at("/health_checker_type").textValue()).isEqualTo("HTTP");
              assertThat(line.at("/cluster_name").textValue()).isEqualTo("up");
              assertThat(line.at("/host/socket_address/address").textValue())
                  .isEqualTo("127.0.0.1");
              assertThat(line.at("/host/socket_address/port_value").intValue())
                  .isEqualTo(upstream.port());
              assertThat(Instant.parse(line.at("/timestamp").textValue()))
                  .isBeforeOrEqualTo(Instant.now());
            });
  }

  @Test
  void aFileThatCannotBeOpenedKeepsTheConfigurationOut() {
    assertThatThrownBy(() -> check(folder.resolve("nowhere/events.json")))
        .hasStackTraceContaining("nowhere/events.json cannot be opened");
  }
}
