package dev.weft.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.testkit.CertificateServer;
import dev.weft.proxy.testkit.TestCa;
import dev.weft.xds.model.SocketAddress;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Enrolment and renewal against a certificate service over TLS. */
class CertificateClientTest {
  private static final String CONTROL_PLANE = "spiffe://weft.local/ns/weft-system/sa/control-plane";

  @TempDir Path folder;
  private static Vertx vertx;
  private final TestCa ca = new TestCa("mesh root");
  private final List<WorkloadIdentity> issued = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private CertificateServer server;

  @BeforeAll
  static void startVertx() {
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stopVertx() {
    vertx.close().await();
  }

  @BeforeEach
  void startServer() throws IOException {
    server = new CertificateServer(vertx, ca, ca.uri(CONTROL_PLANE));
    Files.writeString(tokenFile(), CertificateServer.token(ca, "shop", "cart") + "\n");
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable closeable : open) {
      closeable.close();
    }
    server.close();
  }

  private Path tokenFile() {
    return folder.resolve("token");
  }

  private Path identityFile() {
    return folder.resolve("identity.json");
  }

  private CertificateClient client(SocketAddress... servers) {
    EnrolmentSettings settings =
        new EnrolmentSettings(
            servers.length > 0
                ? List.of(servers)
                : List.of(new SocketAddress("127.0.0.1", server.port())),
            tokenFile(),
            "shop",
            "cart");
    CertificateClient client =
        new CertificateClient(
            settings,
            new GrpcCertificateIssuer(vertx, settings),
            new IdentityFile(identityFile()),
            InstantSource.system(),
            issued::add);
    open.add(client);
    return client;
  }

  private WorkloadIdentity first() {
    await().until(() -> !issued.isEmpty());
    return issued.getFirst();
  }

  @Test
  void aTokenGivesAnIdentityThatIsKept() throws IOException {
    client().start();

    assertThat(first().id()).hasToString("spiffe://weft.local/ns/shop/sa/cart");
    assertThat(first().roots()).containsExactly(ca.root());
    assertThat(server.requests()).containsExactly("token shop/cart");
    await().until(() -> Files.exists(identityFile()));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(identityFile())))
        .isEqualTo("rw-------");
  }

  @Test
  void aRestartServesWithoutTheControlPlane() {
    client().start();
    WorkloadIdentity before = first();
    await().until(() -> Files.exists(identityFile()));
    issued.clear();
    server.close();

    client().start();

    assertThat(first().key().leaf()).isEqualTo(before.key().leaf());
  }

  @Test
  void renewalPresentsTheCertificateAndNoToken() throws Exception {
    CertificateClient client = client();
    client.start();
    WorkloadIdentity before = first();
    TestCa next = new TestCa("next root");
    server.bundle(List.of(ca.root(), next.root()));

    WorkloadIdentity after = client.renew().get();

    assertThat(server.requests())
        .containsExactly("token shop/cart", "certificate spiffe://weft.local/ns/shop/sa/cart");
    assertThat(after.key().leaf()).isNotEqualTo(before.key().leaf());
    assertThat(after.key().key()).isNotEqualTo(before.key().key());
    assertThat(after.roots()).containsExactly(ca.root(), next.root());
    assertThat(client.current()).isEqualTo(after);
    assertThat(issued).containsExactly(before, after);
  }

  @Test
  void aCertificateIsRenewedBeforeItsTimeIsOver() {
    server.lifetime(Duration.ofSeconds(3));
    client().start();

    await().until(() -> issued.size() >= 2);
    assertThat(issued.get(0).validAt(issued.get(1).notBefore().plus(Duration.ofMinutes(5))))
        .isTrue();
  }

  @Test
  void aRefusalIsSaidAndTriedAgain() {
    server.refuse(true);
    CertificateClient client = client();
    client.start();
    await().until(() -> client.lastFailure().isPresent());
    assertThat(client.lastFailure().orElseThrow())
        .contains("PERMISSION_DENIED")
        .contains("the join token is over")
        .contains("127.0.0.1:" + server.port());
    assertThat(client.current()).isNull();

    server.refuse(false);

    first();
    await().until(() -> client.lastFailure().isEmpty());
  }

  @Test
  void aFailedRenewalLeavesTheCertificateInUse() {
    CertificateClient client = client();
    client.start();
    WorkloadIdentity before = first();
    server.refuse(true);

    assertThatThrownBy(() -> client.renew().get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(EnrolmentException.class)
        .hasMessageContaining("PERMISSION_DENIED");
    assertThat(client.current()).isEqualTo(before);
  }

  @Test
  void anotherServerIsAskedWhenOneIsAway() {
    CertificateServer gone = new CertificateServer(vertx, ca, ca.uri(CONTROL_PLANE));
    int port = gone.port();
    gone.close();

    client(new SocketAddress("127.0.0.1", port), new SocketAddress("127.0.0.1", server.port()))
        .start();

    first();
  }

  @Test
  void aServerOfAnotherMeshIsNotBelieved() throws IOException {
    TestCa other = new TestCa("mesh root");
    Files.writeString(tokenFile(), CertificateServer.token(other, "shop", "cart"));
    CertificateClient client = client();
    client.start();

    await().until(() -> client.lastFailure().isPresent());
    assertThat(client.lastFailure().orElseThrow()).contains("another mesh's control plane");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aWorkloadCannotPoseAsTheControlPlane() {
    server.close();
    server = new CertificateServer(vertx, ca, ca.workload("shop", "cart"));
    CertificateClient client = client();
    client.start();

    await().until(() -> client.lastFailure().isPresent());
    assertThat(client.lastFailure().orElseThrow()).contains("is not the control plane");
    assertThat(server.requests()).isEmpty();
  }

  @Test
  void aMissingOrDamagedTokenIsNamedByItsFile() throws IOException {
    Files.delete(tokenFile());
    CertificateClient client = client();
    client.start();
    await().until(() -> client.lastFailure().isPresent());
    assertThat(client.lastFailure().orElseThrow())
        .contains(tokenFile().toString())
        .contains("does not exist");

    Files.writeString(tokenFile(), CertificateServer.token(ca, "shop", "cart"));
    first();
  }

  @Test
  void aDamagedIdentityFileLeadsToANewEnrolment() throws IOException {
    Files.writeString(identityFile(), "{\"chain\":\"garbage\"");

    client().start();

    first();
    assertThat(server.requests()).containsExactly("token shop/cart");
  }
}
