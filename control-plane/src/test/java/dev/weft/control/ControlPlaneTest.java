package dev.weft.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes, in this process and as processes that are killed. */
class ControlPlaneTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String CATALOG =
      """
      {"apiVersion":"weft.dev/v1alpha1","kind":"Service",
       "metadata":{"name":"catalog","namespace":"shop"},
       "spec":{"ports":[{"name":"grpc","port":8080,"protocol":"grpc"}]}}
      """;
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;

  @Test
  void aNodePicksPortsAndWritesThemDown() throws Exception {
    try (ControlPlane node = ControlPlane.start(options("node-1"))) {
      JsonNode ports = JSON.readTree(folder.resolve("ports.json").toFile());

      assertThat(ports.path("xds").asInt())
          .isEqualTo(node.addresses().get("xds").port())
          .isPositive();
      assertThat(Files.readString(folder.resolve("node-1/ports.json")))
          .contains("\"xds\" : " + node.addresses().get("xds").port());
    }
  }

  @Test
  void aChangeOnOneNodeArrivesAtTheOther() throws Exception {
    try (ControlPlane first = ControlPlane.start(options("node-1"))) {
      int cluster = clusterPort("node-1");
      try (ControlPlane second =
          ControlPlane.start(
              TestNodes.options(folder, "node-2", List.of(new HostPort("127.0.0.1", cluster))))) {
        assertThat(
                send(
                        first.addresses().get("http"),
                        "PUT",
                        "/api/v1/resources/services/shop/catalog",
                        CATALOG)
                    .statusCode())
            .isEqualTo(201);

        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () ->
                    assertThat(
                            send(
                                    second.addresses().get("http"),
                                    "GET",
                                    "/api/v1/resources/services/shop/catalog",
                                    "")
                                .body())
                        .contains("8080"));
        await()
            .atMost(PATIENCE)
            .untilAsserted(
                () -> {
                  for (JsonNode node :
                      JSON.readTree(
                              send(second.addresses().get("http"), "GET", "/api/v1/nodes", "")
                                  .body())
                          .path("items")) {
                    assertThat(node.path("alive").asBoolean()).isTrue();
                    assertThat(node.path("member").asBoolean()).isTrue();
                  }
                });
      }
      // The second said goodbye; it is no longer listed.
      assertThat(send(first.addresses().get("http"), "GET", "/api/v1/nodes", "").body())
          .contains("node-1")
          .doesNotContain("node-2");
    }
  }

  private int clusterPort(String name) {
    Path ports = folder.resolve(name + "/ports.json");
    return await()
        .atMost(PATIENCE)
        .until(() -> JSON.readTree(ports.toFile()).path("cluster").asInt(), port -> port > 0);
  }

  private static HttpResponse<String> send(HostPort http, String method, String path, String body)
      throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create("http://" + http + path))
              .header("content-type", "application/json")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }

  @Test
  void twoNodesOfOneNameAreNotStarted() throws Exception {
    try (ControlPlane first = ControlPlane.start(options("node-1"))) {
      assertThat(first.addresses()).containsKey("xds");
      assertThatThrownBy(() -> ControlPlane.start(options("node-1")))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("node-1", "already running", "--node-name");
    }
  }

  @Test
  void aPortThatIsTakenIsNamedWithItsOption() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      HostPort busy = new HostPort("127.0.0.1", taken.getLocalPort());
      ControlPlaneOptions free = options("node-1");
      ControlPlaneOptions options =
          new ControlPlaneOptions(
              folder,
              null,
              free.http(),
              busy,
              free.cluster(),
              List.of(),
              "node-1",
              free.authority());

      assertThatThrownBy(() -> ControlPlane.start(options))
          .isInstanceOf(IOException.class)
          .hasMessageContainingAll("--xds " + busy, "choose another address");
    }
    // Nothing of the failed start is left behind.
    ControlPlane.start(options("node-1")).close();
  }

  @Test
  void h96KilledAtAnyMomentANodeStartsAgainAndHasWhatItAcknowledged() throws Exception {
    Process first = spawn("node-1");
    try {
      // In the middle of the very first start.
      await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("weft.db")));
    } finally {
      first.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    }
    Process second = spawn("node-1");
    String authority;
    try {
      Path ports = folder.resolve("node-1/ports.json");
      await().atMost(PATIENCE).until(() -> Files.exists(ports));
      HostPort http = new HostPort("127.0.0.1", JSON.readTree(ports.toFile()).path("http").asInt());
      authority = send(http, "GET", "/api/v1/ca", "").body();
      assertThat(send(http, "PUT", "/api/v1/resources/services/shop/catalog", CATALOG).statusCode())
          .isEqualTo(201);
    } finally {
      second.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
    }

    try (ControlPlane third = ControlPlane.start(options("node-1"))) {
      HostPort http = third.addresses().get("http");
      assertThat(send(http, "GET", "/api/v1/ca", "").body()).isEqualTo(authority);
      assertThat(send(http, "GET", "/api/v1/resources/services/shop/catalog", "").body())
          .contains("8080");
    }
  }

  @Test
  void sigtermStopsANodeCleanlyWithExitCode0() throws Exception {
    Process process = spawn("node-1");
    try {
      await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("node-1/ports.json")));
      // A soft stop: SIGTERM on this platform.
      process.destroy();
      assertThat(process.waitFor(40, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isZero();
    } finally {
      process.destroyForcibly();
    }
  }

  private Process spawn(String name) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            "dev.weft.control.Main"));
    command.addAll(
        List.of(
            "--data", folder.toString(),
            "--node-name", name,
            "--http", "127.0.0.1:0",
            "--xds", "127.0.0.1:0",
            "--cluster", "127.0.0.1:0"));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve(name + ".log").toFile()))
        .start();
  }

  private ControlPlaneOptions options(String name) {
    return TestNodes.options(folder, name, List.of());
  }
}
