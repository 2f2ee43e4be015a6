package dev.weft.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.control.ControlPlane;
import dev.weft.control.ControlPlaneOptions;
import dev.weft.control.HostPort;
import dev.weft.control.identity.AuthoritySettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command line against a node as it is run. */
class WholeControlPlaneTest {
  private static final String CATALOG =
      """
      apiVersion: weft.dev/v1alpha1
      kind: Service
      metadata: {name: catalog, namespace: shop}
      spec:
        ports:
          - {name: grpc, port: 8080, protocol: grpc}
      """;

  @TempDir static Path folder;
  private static ControlPlane node;

  @BeforeAll
  static void start() throws Exception {
    HostPort any = new HostPort("127.0.0.1", 0);
    node =
        ControlPlane.start(
            new ControlPlaneOptions(
                folder,
                null,
                any,
                any,
                any,
                List.of(),
                "node-1",
                new AuthoritySettings(
                    "weft.local", folder.resolve("ca.key"), AuthoritySettings.WORKLOAD_LIFETIME)));
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void configurationIsAppliedShownComparedRolledBackAndDeleted() {
    assertThat(ok(CATALOG, "apply", "-f", "-"))
        .contains("Service shop/catalog created", "revision 1");
    assertThat(ok("", "get", "services", "catalog", "-n", "shop")).contains("grpc:8080/grpc");
    assertThat(ok(CATALOG.replace("8080", "9090"), "diff", "-f", "-"))
        .contains("-", "8080", "+", "9090");
    assertThat(ok(CATALOG.replace("8080", "9090"), "apply", "-f", "-", "--dry-run"))
        .contains("updated", "dry run");
    assertThat(ok(CATALOG.replace("8080", "9090"), "apply", "-f", "-", "--expect-revision", "1"))
        .contains("revision 2");
    assertThat(ok("", "diff", "--revision", "2")).contains("8080", "9090");
    assertThat(ok("", "rollback", "1")).contains("revision 3");
    assertThat(ok("", "history", "svc", "catalog", "-n", "shop").lines()).hasSize(4);
    assertThat(ok("", "wait", "--revision", "3", "--timeout", "5s")).contains("runs on 0 proxies");

    Run stale = weft(CATALOG.replace("8080", "7070"), "apply", "-f", "-", "--expect-revision", "1");
    assertThat(stale.code()).isEqualTo(1);
    assertThat(stale.err()).contains("1", "3");

    assertThat(ok("", "delete", "services", "catalog", "-n", "shop"))
        .contains("deleted", "revision 4");
    Run gone = weft("", "get", "services", "catalog", "-n", "shop");
    assertThat(gone.code()).isEqualTo(1);
    assertThat(gone.err()).startsWith("weft: ").hasLineCount(1);
  }

  @Test
  void badResourcesAreRefusedWithEveryPathAndNothingChanges() {
    String bad =
        CATALOG.replace("8080", "99999").replace("protocol: grpc", "protocol: smoke")
            + "---\n"
            + CATALOG.replace("name: catalog", "name: Wrong_Name");

    Run run = weft(bad, "apply", "-f", "-");

    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err())
        .contains("/spec/ports/0/port", "/spec/ports/0/protocol", "/metadata/name");
    assertThat(ok("", "get", "services")).doesNotContain("Wrong_Name");
  }

  @Test
  void identitiesAreLookedAfter() {
    String token = ok("", "token", "create", "--service", "shop/catalog", "--ttl", "30d").strip();
    assertThat(token).startsWith("weft1.").doesNotContain(" ");
    String id = ok("", "token", "list").lines().skip(1).findFirst().orElseThrow().split(" ")[0];
    assertThat(ok("", "token", "revoke", id)).contains("revoked");
    assertThat(weft("", "token", "revoke", id).code()).isEqualTo(1);
    assertThat(weft("", "token", "create", "--service", "weft-system/x").err())
        .contains("control plane's own");
    assertThat(weft("", "token", "create", "--service", "shop/x", "--ttl", "3650d").code())
        .isEqualTo(1);

    assertThat(ok("", "ca", "show")).contains("weft.local", "BEGIN CERTIFICATE");
    assertThat(ok("", "audit")).contains("token.create", "token.revoke");
    assertThat(ok("", "audit", "-o", "json")).contains("\"items\"");
  }

  @Test
  void aHealthyInstallationPassesItsCheck() {
    assertThat(ok("", "check")).contains("is ready", "node node-1 is alive");
    assertThat(weft("", "proxies").err()).contains("no proxy has connected yet");
    Run unknown = weft("", "config-dump", "nobody");
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err()).hasLineCount(1).contains("nobody");
  }

  private static String ok(String input, String... arguments) {
    Run run = weft(input, arguments);
    assertThat(run.code()).as(run.err()).isZero();
    return run.out();
  }

  private static Run weft(String input, String... arguments) {
    return Run.weft(
        Map.of("WEFT_SERVER", "http://" + node.addresses().get("http")), input, arguments);
  }
}
