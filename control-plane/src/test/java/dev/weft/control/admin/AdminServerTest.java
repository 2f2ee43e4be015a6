package dev.weft.control.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weft.control.Logged;
import dev.weft.control.admin.RunningAdmin.Answer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class AdminServerTest {
  private static final String SERVICE =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: %s}
      spec: {ports: [{name: http, port: 80, protocol: http}]}
      """;

  @TempDir private Path folder;
  @RegisterExtension final Logged logged = new Logged(AdminServer.class, Level.DEBUG);
  @RegisterExtension final Logged byVertx = new Logged("io.vertx", Level.WARN);
  private RunningAdmin admin;

  @BeforeEach
  void start() {
    admin = new RunningAdmin(folder);
  }

  @AfterEach
  void stop() {
    admin.close();
  }

  @Test
  void theRunningMeshIsShown() {
    assertThat(admin.get("/api/v1/proxies").body().path("items")).hasSize(2);
    Answer page = admin.get("/api/v1/proxies?limit=1");
    assertThat(page.text("/continue")).isEqualTo("sidecar~shop~catalog~1");
    assertThat(admin.get("/api/v1/proxies?continue=" + page.text("/continue")).text("/items/0/id"))
        .isEqualTo("sidecar~shop~catalog~2");
    Answer proxy = admin.get("/api/v1/proxies/sidecar~shop~catalog~2");
    assertThat(proxy.text("/refusals/0/reason")).isEqualTo("no such thing");
    assertThat(proxy.body().path("revision").isNull()).isTrue();
    assertThat(admin.get("/api/v1/proxies/nobody").status()).isEqualTo(404);
    assertThat(admin.get("/api/v1/proxies/sidecar~shop~catalog~1/config").body().has("clusters"))
        .isTrue();
    assertThat(admin.get("/api/v1/proxies/nobody/config").status()).isEqualTo(404);
    Answer traffic = admin.get("/api/v1/traffic");
    assertThat(traffic.text("/items/0/requestsPerSecond")).isEqualTo("812.5");
    assertThat(traffic.body().at("/items/1/p50Millis").isNull()).isTrue();
    assertThat(admin.get("/api/v1/nodes").text("/items/0/name")).isEqualTo("n1");
    assertThat(admin.get("/api/v1/ca").text("/trustDomain")).isEqualTo("weft.local");
  }

  @Test
  void tokensAreMadeListedAndRevoked() {
    Answer made =
        admin.json("POST", "/api/v1/tokens", "{\"namespace\":\"shop\",\"service\":\"a\"}");
    assertThat(made.status()).isEqualTo(201);
    assertThat(made.text("/expiresAt")).isEqualTo("2026-01-02T04:04:05Z");
    assertThat(admin.get("/api/v1/tokens").body().path("items").findValuesAsText("token"))
        .isEmpty();
    assertThat(admin.delete("/api/v1/tokens/t0").status()).isEqualTo(204);
    assertThat(admin.delete("/api/v1/tokens/t0").status()).isEqualTo(404);

    Answer wrong =
        admin.json("POST", "/api/v1/tokens", "{\"namespace\":\"S\",\"ttl\":\"1y\",\"more\":1}");
    assertThat(wrong.status()).isEqualTo(422);
    assertThat(wrong.body().path("violations").findValuesAsText("path"))
        .containsExactlyInAnyOrder("/more", "/namespace", "/service", "/ttl");
    Answer reserved =
        admin.json("POST", "/api/v1/tokens", "{\"namespace\":\"weft-system\",\"service\":\"a\"}");
    assertThat(reserved.status()).isEqualTo(422);
    assertThat(reserved.text("/detail")).contains("weft-system is reserved");
  }

  @Test
  void probesAndMetrics() {
    assertThat(admin.get("/healthz").status()).isEqualTo(200);
    assertThat(admin.get("/readyz").status()).isEqualTo(200);
    admin.mesh.notReady = List.of("the cluster is not joined yet");
    assertThat(admin.get("/readyz").status()).isEqualTo(503);
    assertThat(admin.get("/readyz").text("/detail")).isEqualTo("the cluster is not joined yet");
    assertThat(admin.get("/metrics").body().asText())
        .contains("weft_config_revision 0.0")
        .contains("weft_admin_requests_total{operation=\"getReadiness\",status=\"503\"}");
  }

  @Test
  void whatIsNotThereAndWhatIsNotAllowedAreProblems() {
    assertThat(admin.get("/api/v1/nothing").status()).isEqualTo(404);
    assertThat(admin.get("/api/v1/nothing").header("content-type"))
        .isEqualTo("application/problem+json");
    assertThat(admin.get("/api/v1/resources/things").text("/detail"))
        .contains("services, workloads");
    assertThat(admin.get("/ui/..%2f..%2fadmin.token").status()).isEqualTo(404);
    assertThat(admin.get("/schema/..%2fadmin%2fopenapi.yaml").status()).isEqualTo(404);
    Answer notAllowed = admin.delete("/api/v1/changesets");
    assertThat(notAllowed.status()).isEqualTo(405);
    assertThat(notAllowed.header("allow")).isEqualTo("POST");
    assertThat(admin.get("/api/v1/revisions?limit=0").status()).isEqualTo(400);
    assertThat(admin.get("/api/v1/revisions?before=x").text("/detail"))
        .contains("the parameter before is x");
    assertThat(admin.yaml("PUT", "/api/v1/resources/services/a/b", "", "if-match", "*").status())
        .isEqualTo(400);
    assertThat(
            admin.get("/api/v1/resources/services?namespace=x'%20OR%201=1--").body().path("items"))
        .isEmpty();
  }

  @Test
  void aBodyThatIsTooLargeIsRefused() {
    Answer answer =
        admin.yaml("POST", "/api/v1/changesets", "a".repeat((int) ContractRouter.MAX_BODY + 1));

    assertThat(answer.status()).isEqualTo(413);
    assertThat(answer.text("/detail")).contains("send fewer resources at once");
  }

  @Test
  void aPageOfAnotherSiteCanNeitherWriteNorRead() throws IOException {
    String path = "/api/v1/resources/services/default/a";
    assertThat(raw("PUT " + path, "Host: evil.example", "Origin: http://evil.example"))
        .startsWith("HTTP/1.1 403");
    assertThat(raw("GET /api/v1/proxies", "Host: evil.example:" + admin.port))
        .startsWith("HTTP/1.1 403");
    assertThat(raw("POST /api/v1/tokens", host(), "Origin: http://evil.example"))
        .startsWith("HTTP/1.1 403");
    assertThat(raw("POST /api/v1/tokens", host(), "Origin: null")).startsWith("HTTP/1.1 403");
    assertThat(raw("POST /api/v1/tokens", host(), "Sec-Fetch-Site: cross-site"))
        .startsWith("HTTP/1.1 403");
    assertThat(raw("POST /api/v1/tokens", host(), "Origin: http://127.0.0.1:" + admin.port))
        .startsWith("HTTP/1.1 415");
    assertThat(admin.get("/api/v1/proxies").header("access-control-allow-origin")).isEmpty();
  }

  private String host() {
    return "Host: 127.0.0.1:" + admin.port;
  }

  private String raw(String request, String... headers) throws IOException {
    try (var socket = new Socket("127.0.0.1", admin.port)) {
      socket.setSoTimeout(10_000);
      String text =
          request
              + " HTTP/1.1\r\n"
              + String.join("\r\n", headers)
              + "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void onAListenerOthersReachTheTokenIsNeeded(@TempDir Path open) throws IOException {
    try (var reachable = new RunningAdmin(open, "0.0.0.0", 0)) {
      for (String path :
          List.of("/api/v1/proxies", "/api/v1/tokens", "/api/v1/watch", "/metrics", "/nothing")) {
        Answer answer = reachable.get(path);
        assertThat(answer.status()).as(path).isEqualTo(401);
        assertThat(answer.header("www-authenticate")).startsWith("Bearer");
      }
      assertThat(reachable.json("POST", "/api/v1/changesets", "{}").status()).isEqualTo(401);
      assertThat(reachable.get("/api/v1/proxies", "authorization", "Bearer wrong").status())
          .isEqualTo(401);
      for (String path : List.of("/healthz", "/readyz", "/", "/openapi.json", "/ui/app.js")) {
        assertThat(reachable.get(path).status()).as(path).isEqualTo(200);
      }
      Path file = open.resolve("admin.token");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
          .isEqualTo("rw-------");
      String token = Files.readString(file).strip();
      assertThat(reachable.get("/api/v1/proxies", "authorization", "Bearer " + token).status())
          .isEqualTo(200);
      try (Stream<Path> files = Files.list(open)) {
        assertThat(files).noneMatch(each -> each.toString().endsWith(".new"));
      }
    }
    try (var again = new RunningAdmin(open, "0.0.0.0", 0)) {
      String token = Files.readString(open.resolve("admin.token")).strip();
      assertThat(again.get("/metrics", "authorization", "bearer " + token).status()).isEqualTo(200);
    }
  }

  @Test
  void aWrongTokenIsRefusedEvenOnLoopback() {
    assertThat(admin.get("/api/v1/proxies", "authorization", "Bearer x").status()).isEqualTo(401);
  }

  @Test
  void watchersAreToldOfWhatTheyAskedFor() throws Exception {
    admin.yaml("PUT", "/api/v1/resources/services/default/a", SERVICE.formatted("a"));
    var request = HttpRequest.newBuilder(admin.uri("/api/v1/watch?kind=services&name=b")).build();
    var response = admin.client().send(request, BodyHandlers.ofInputStream());
    assertThat(response.headers().firstValue("content-type")).contains("text/event-stream");
    try (var lines =
        new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
      assertThat(event(lines))
          .containsExactly("event: synced", "id: 1", "data: {\"revision\":1,\"changes\":[]}");
      admin.yaml("PUT", "/api/v1/resources/services/default/c", SERVICE.formatted("c"));
      admin.yaml("PUT", "/api/v1/resources/services/default/b", SERVICE.formatted("b"));

      List<String> change = event(lines);

      assertThat(change).startsWith("event: changes", "id: 3");
      assertThat(change.getLast())
          .contains("\"action\":\"created\"")
          .contains("\"name\":\"b\"")
          .doesNotContain("\"name\":\"c\"");
      admin.delete("/api/v1/resources/services/default/b");
      assertThat(event(lines).getLast()).contains("\"action\":\"deleted\"");
    }
  }

  @Test
  void aWatcherResumesAfterTheLastEventItSaw() throws Exception {
    admin.yaml("PUT", "/api/v1/resources/services/default/a", SERVICE.formatted("a"));
    admin.yaml("PUT", "/api/v1/resources/services/default/b", SERVICE.formatted("b"));
    // The step may still be on its way from the store: the stream waits for it.
    var request =
        HttpRequest.newBuilder(admin.uri("/api/v1/watch")).header("last-event-id", "1").build();
    var response = admin.client().send(request, BodyHandlers.ofLines());
    try (Stream<String> lines = response.body()) {
      Iterator<String> each = lines.iterator();
      List<String> seen = new ArrayList<>();
      while (seen.stream().noneMatch(line -> line.startsWith("data: {\"revision\":2"))) {
        seen.add(each.next());
      }
      assertThat(seen).contains("event: changes", "id: 2").doesNotContain("event: reset");
    }
  }

  private static List<String> event(BufferedReader lines) throws IOException {
    List<String> event = new ArrayList<>();
    for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
      event.add(line);
    }
    return event;
  }

  @Test
  void anAddressThatIsTakenFailsTheStart(@TempDir Path other) {
    assertThatThrownBy(() -> new RunningAdmin(other, "127.0.0.1", admin.port))
        .hasMessageContaining("in use");
  }

  @Test
  void aClientThatGoesAwayIsNoError() throws Exception {
    try (Socket client = new Socket("127.0.0.1", admin.port)) {
      client.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(UTF_8));
      client.getInputStream().read();
      client.setSoLinger(true, 0); // ends with a reset
    }

    await()
        .untilAsserted(
            () ->
                assertThat(logged.events())
                    .anyMatch(event -> event.toString().contains("Connection reset")));
    assertThat(byVertx.events()).isEmpty();
  }
}
