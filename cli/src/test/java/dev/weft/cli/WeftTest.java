package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class WeftTest {
  private static final String CATALOG =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: catalog, namespace: shop}
      spec:
        ports:
          - {name: grpc, port: 8080, protocol: grpc}
      """;

  @TempDir Path folder;
  private FakeControlPlane server;

  @BeforeEach
  void start() throws IOException {
    server = new FakeControlPlane();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void applySendsAFoldersDocumentsAsOneChangeSet() throws Exception {
    Files.writeString(
        folder.resolve("b.yaml"), CATALOG + "---\n" + CATALOG.replace("catalog", "cart"));
    Files.writeString(
        folder.resolve("a.json"), "{\"kind\":\"Service\",\"metadata\":{\"name\":\"a\"}}");
    Files.writeString(folder.resolve("notes.txt"), "not a resource");
    server.answer(
        "POST /api/v1/changesets",
        200,
        """
        {"revision": 7, "changes": [
          {"kind":"Service","namespace":"shop","name":"catalog","action":"created"},
          {"kind":"Service","namespace":"shop","name":"cart","action":"updated"}]}
        """);

    Run run = weft("apply", "-f", folder.toString(), "--expect-revision", "6");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out())
        .isEqualTo("Service shop/catalog created\nService shop/cart updated\nrevision 7\n");
    FakeControlPlane.Asked asked = server.asked.getFirst();
    assertThat(asked.header("if-match")).isEqualTo("\"6\"");
    assertThat(asked.header("weft-author")).isEqualTo("ada");
    assertThat(asked.body())
        .startsWith("{\"resources\":[{\"kind\":\"Service\",\"metadata\":{\"name\":\"a\"}}")
        .contains("\"port\":8080");
  }

  @Test
  void everyViolationIsALineWithItsFileAndPath() throws Exception {
    Path file = folder.resolve("shop.yaml");
    Files.writeString(file, CATALOG + "---\n" + CATALOG);
    server.answer(
        "POST /api/v1/changesets",
        422,
        """
        {"type":"about:blank","title":"refused","status":422,
         "detail":"the change set is refused: 2 violations",
         "violations":[
          {"subject":"document 2","path":"/spec/ports/0/port","problem":"is 0","remedy":"use 1 to 65535"},
          {"subject":"Service shop/catalog","path":"","problem":"is there twice","remedy":"keep one"}]}
        """);

    Run run = weft("apply", "-f", file.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).isEmpty();
    assertThat(run.err().lines())
        .containsExactly(
            "weft: the change set is refused: 2 violations",
            "  " + file + " document 2 /spec/ports/0/port: is 0; use 1 to 65535",
            "  Service shop/catalog: is there twice; keep one");
  }

  @Test
  void brokenYamlIsNamedByFileLineAndColumnAndNothingIsSent() throws Exception {
    Path file = folder.resolve("broken.yaml");
    Files.writeString(file, "kind: Service\nmetadata: {name: [\n");

    Run run = weft("apply", "-f", file.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).startsWith("weft: " + file + " line 3 column 1: ").hasLineCount(1);
    assertThat(server.asked).isEmpty();
  }

  @Test
  void anAliasIsNotSentAsTheTextOfItsName() throws Exception {
    Path file = folder.resolve("alias.yaml");
    Files.writeString(file, "kind: Service\nmetadata: {name: &n a, namespace: *n}\n");

    Run run = weft("apply", "-f", file.toString());

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .startsWith("weft: " + file + " line 2 column ")
        .endsWith(": aliases (*name) are not accepted, write the value out\n")
        .hasLineCount(1);
    assertThat(server.asked).isEmpty();
  }

  @Test
  void missingFilesAndUnreachableServersAreOneLine() {
    Run missing = weft("apply", "-f", folder.resolve("none.yaml").toString());
    assertThat(missing.err())
        .isEqualTo(
            "weft: cannot read " + folder.resolve("none.yaml") + ": there is no such file\n");

    server.close();
    Run unreachable = weft("proxies");
    assertThat(unreachable.code()).isEqualTo(1);
    assertThat(unreachable.err())
        .hasLineCount(1)
        .contains("cannot reach the control plane at " + server.url(), "--server or WEFT_SERVER");

    Run verbose = weft("proxies", "--verbose");
    assertThat(verbose.err()).contains("java.net.ConnectException");
  }

  @Test
  void getShowsTablesJsonAndYamlPageByPage() {
    server.answer(
        "GET /api/v1/resources/services?limit=500",
        200,
        "{\"revision\":1,\"items\":[" + service("cart") + "],\"continue\":\"c 1\"}");
    server.answer(
        "GET /api/v1/resources/services?limit=500&continue=c%201",
        200, "{\"revision\":1,\"items\":[" + service("catalog") + "]}");

    assertThat(weft("get", "svc").out().lines().map(String::strip))
        .containsExactly(
            "NAMESPACE  NAME     PORTS",
            "shop       cart     grpc:8080/grpc",
            "shop       catalog  grpc:8080/grpc");
    assertThat(weft("get", "Service", "-o", "json").out()).contains("\"cart\"", "\"catalog\"");
    assertThat(weft("get", "services", "--output", "yaml").out()).contains("name: catalog");

    Run unknown = weft("get", "gadgets");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).contains("there is no kind 'gadgets'", "httproutes");
  }

  @Test
  void watchPrintsChangesAsTheyCome() {
    server.answer("GET /api/v1/resources/services?namespace=shop&limit=500", 200, "{\"items\":[]}");
    server.stream(
        "GET /api/v1/watch?kind=services&namespace=shop",
        """
        event: synced
        id: 4
        data: {"revision":4}

        event: changes
        id: 5
        data: {"revision":5,"changes":[{"kind":"Service","namespace":"shop","name":"cart","action":"created"}]}

        """);

    Run run = weft("get", "services", "-n", "shop", "--watch");

    assertThat(run.out()).isEqualTo("revision 5: Service shop/cart created\n");
    assertThat(run.err()).contains("ended the watch: run the command again");
  }

  @Test
  void diffShowsLinesThatWouldChange() {
    server.answer(
        "POST /api/v1/changesets?dryRun=true",
        200,
        """
        {"revision": 7, "dryRun": true, "changes": [
          {"kind":"Service","namespace":"shop","name":"catalog","action":"updated",
           "before":{"kind":"Service","spec":{"ports":[{"port":80}]}},
           "after":{"kind":"Service","spec":{"ports":[{"port":81}]}}}]}
        """);

    Run run = Run.weft(environment(), CATALOG, "diff", "-f", "-");

    assertThat(run.code()).as(run.err()).isZero();
    assertThat(run.out().lines())
        .containsExactly(
            "Service shop/catalog updated",
            "   kind: Service",
            "   spec:",
            "     ports:",
            "  -    - port: 80",
            "  +    - port: 81");
  }

  @Test
  void waitFailsWithTheProxiesThatDoNotRunTheRevision() {
    String report =
        """
        {"revision":9,"complete":false,"proxies":[
          {"id":"a","state":"active","reason":""},
          {"id":"b","state":"refused","reason":"no such cluster"}]}
        """;
    for (int millis = 0; millis <= 1000; millis++) {
      server.answer(
          "GET /api/v1/revisions/9/propagation?wait=" + TimeOption.text(Duration.ofMillis(millis)),
          200,
          report);
    }

    Run run = weft("wait", "--revision", "9", "--timeout", "1s");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err().lines())
        .containsExactly(
            "weft: revision 9 does not run everywhere after 1s", "  b: refused, no such cluster");
  }

  @Test
  void aTokenIsPrintedAloneSoThatItFitsAFile() {
    server.answer(
        "POST /api/v1/tokens",
        201,
        "{\"id\":\"1\",\"token\":\"weft1.abc\",\"namespace\":\"shop\",\"service\":\"catalog\"}");

    assertThat(weft("token", "create", "--service", "shop/catalog", "--ttl", "2h").out())
        .isEqualTo("weft1.abc\n");
    assertThat(server.asked.getFirst().body())
        .isEqualTo("{\"namespace\":\"shop\",\"service\":\"catalog\",\"ttl\":\"2h\"}");
    assertThat(weft("token", "create", "--service", "catalog").err()).contains("NAMESPACE/NAME");
  }

  @Test
  void checkSaysWhatIsWrongAndHowToMendIt() {
    server
        .answer("GET /healthz", 200, "{}")
        .answer("GET /readyz", 200, "{}")
        .answer(
            "GET /api/v1/nodes",
            200,
            """
            {"items":[{"name":"n1","alive":true,"member":true},
                      {"name":"n2","alive":false,"member":false,"seenAt":"2026-01-01T00:00:00Z"}]}
            """)
        .answer(
            "GET /api/v1/ca",
            200,
            "{\"rootNotAfter\":\"2999-01-01T00:00:00Z\",\"intermediateNotAfter\":\"2999-01-01T00:00:00Z\"}")
        .answer("GET /api/v1/proxies?limit=500", 200, "{\"items\":[]}");

    Run run = weft("check");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out())
        .contains("ok: control plane at", "ok: node n1")
        .contains("failed: node n2 was last seen at 2026-01-01T00:00:00Z; start it");
  }

  @Test
  void theAdminTokenComesFromTheEnvironmentOrAFile() throws Exception {
    Path file = Files.writeString(folder.resolve("admin.token"), "from-file\n");
    server.answer("GET /api/v1/audit?limit=50", 401, "{\"detail\":\"a token is needed\"}");

    Run refused = weft("audit");
    assertThat(refused.err()).contains("a token is needed", "WEFT_TOKEN");
    weft("audit", "--admin-token-file", file.toString());
    Run.weft(Map.of("WEFT_SERVER", server.url(), "WEFT_TOKEN", "from-env"), "", "audit");

    assertThat(server.asked)
        .extracting(asked -> asked.header("authorization"))
        .containsExactly("", "Bearer from-file", "Bearer from-env");
  }

  @Test
  void everyCommandHasHelpAndWrongUsageIsOneLineWithExitCode2() {
    CommandLine weft =
        Weft.commandLine(
            new Terminal(
                java.io.InputStream.nullInputStream(),
                new java.io.PrintWriter(System.out),
                new java.io.PrintWriter(System.err),
                Map.of()));
    assertThat(weft.getSubcommands().keySet())
        .contains(
            "apply", "get", "delete", "diff", "history", "rollback", "wait", "proxies", "token")
        .contains("ca", "audit", "check", "completion", "config-dump")
        .contains("proxy", "control-plane", "demo");
    for (String command : weft.getSubcommands().keySet()) {
      if (weft.getSubcommands().get(command).getCommand() instanceof ProgramCommand) {
        continue;
      }
      Run help = weft(command, "--help");
      assertThat(help.code()).as(command).isZero();
      assertThat(help.out()).as(command).contains("Usage: weft " + command);
    }
    for (String[] wrong :
        new String[][] {
          {}, {"nonsense"}, {"apply"}, {"get"}, {"wait", "--revision", "x"}, {"token"}, {"delete"}
        }) {
      Run run = weft(wrong);
      assertThat(run.code()).as(String.join(" ", wrong)).isEqualTo(2);
      assertThat(run.err()).hasLineCount(1).contains("--help");
    }
  }

  @Test
  void completionScriptsKnowTheCommands() {
    for (String shell : new String[] {"bash", "zsh", "fish"}) {
      Run run = weft("completion", shell);
      assertThat(run.code()).isZero();
      assertThat(run.out()).as(shell).contains("apply", "config-dump", "weft");
    }
  }

  private Run weft(String... arguments) {
    return Run.weft(environment(), "", arguments);
  }

  private Map<String, String> environment() {
    return Map.of("WEFT_SERVER", server.url(), "USER", "ada");
  }

  private static String service(String name) {
    return "{\"kind\":\"Service\",\"metadata\":{\"name\":\""
        + name
        + "\",\"namespace\":\"shop\"},\"spec\":{\"ports\":[{\"name\":\"grpc\",\"port\":8080,\"protocol\":\"grpc\"}]}}";
  }
}
