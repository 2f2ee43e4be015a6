package dev.weft.control.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.weft.control.admin.IdentityAdmin.CreatedToken;
import dev.weft.control.store.Database;
import dev.weft.identity.v1.IssueCertificateRequest;
import dev.weft.identity.v1.IssueCertificateResponse;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientResponse;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.GrpcStatus;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import io.vertx.grpc.server.GrpcServer;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Enrolment and renewal over real TLS. */
class CertificateServiceTest {
  private static final ServiceMethod<IssueCertificateResponse, IssueCertificateRequest> ISSUE =
      ServiceMethod.client(
          ServiceName.create("weft.identity.v1", "CertificateService"),
          "IssueCertificate",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(IssueCertificateResponse.getDefaultInstance()));

  @TempDir Path folder;
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
  private final RecordedAudit audit = new RecordedAudit();
  private volatile Duration ahead = Duration.ZERO;
  private final InstantSource clock = () -> Instant.now().plus(ahead);
  private Database database;
  private Identity identity;
  private HttpServer server;

  @BeforeEach
  void start() throws Exception {
    database = Database.sqlite(folder);
    identity =
        Identity.open(
            new AuthoritySettings(
                "weft.local", folder.resolve("ca.key"), AuthoritySettings.WORKLOAD_LIFETIME),
            database,
            audit,
            List.of("localhost", "127.0.0.1"),
            clock);
    GrpcServer grpc = GrpcServer.server(vertx);
    grpc.callHandler(identity.certificates().method(), identity.certificates()::handle);
    server =
        vertx
            .createHttpServer(
                identity
                    .serverCertificate()
                    .applyTo(new HttpServerOptions().setPort(0).setHost("127.0.0.1")))
            .requestHandler(grpc);
    await(server.listen());
  }

  @AfterEach
  void stop() throws Exception {
    identity.close();
    await(vertx.close());
    database.close();
  }

  @Test
  void enrolsWithATokenAndRenewsWithTheCertificate() throws Exception {
    KeyPair keys = Csr.ec("secp256r1");
    IssueCertificateResponse first = call(null, request(token("shop", "catalog"), keys));

    assertThat(first.getSpiffeId()).isEqualTo("spiffe://weft.local/ns/shop/sa/catalog");
    assertThat(first.getCertificateChainCount()).isEqualTo(2);
    assertThat(first.getTrustBundleList())
        .containsExactly(
            ByteString.copyFrom(
                identity.authority().trustBundle().roots().getFirst().getEncoded()));
    assertThat(first.getNotAfter() - first.getNotBefore())
        .isEqualTo(Duration.ofHours(24).plusMinutes(1).toSeconds());

    KeyPair next = Csr.ed25519();
    IssueCertificateResponse second =
        call(new Held(keys, first), request("", next, "Ed25519", "shop", "catalog"));

    assertThat(second.getSpiffeId()).isEqualTo(first.getSpiffeId());
    assertThat(leaf(second).getPublicKey()).isEqualTo(next.getPublic());
    assertThat(audit.entries)
        .extracting(entry -> entry.action())
        .containsExactly("token.create", "certificate.issue", "certificate.issue");
    assertThat(audit.entries.getLast().detail())
        .contains("renewal of " + leaf(first).getSerialNumber().toString(16), "127.0.0.1");
  }

  @Test
  void aTokenServesAnyNumberOfInstances() throws Exception {
    String token = token("shop", "catalog");
    for (int instance = 0; instance < 3; instance++) {
      assertThat(call(null, request(token, Csr.ec("secp256r1"))).getCertificateChainCount())
          .isEqualTo(2);
    }
  }

  @Test
  void h93RefusesAForeignIdentity() throws Exception {
    KeyPair keys = Csr.ec("secp256r1");
    String token = token("shop", "catalog");
    IssueCertificateResponse catalog = call(null, request(token, keys));

    IssueCertificateRequest byToken = request(token, keys, "SHA256withECDSA", "shop", "ledger");
    refused(
        GrpcStatus.PERMISSION_DENIED,
        "is for shop/catalog, not for shop/ledger",
        () -> call(null, byToken));

    IssueCertificateRequest byCertificate = request("", keys, "SHA256withECDSA", "shop", "ledger");
    refused(
        GrpcStatus.PERMISSION_DENIED,
        "the certificate you hold is for shop/catalog",
        () -> call(new Held(keys, catalog), byCertificate));

    IssueCertificateRequest nonsense = request(token, keys, "SHA256withECDSA", "shop/../x", "a");
    refused(GrpcStatus.INVALID_ARGUMENT, "namespace", () -> call(null, nonsense));
  }

  @Test
  void refusesTokensThatAreUnknownExpiredRevokedOrAltered() throws Exception {
    KeyPair keys = Csr.ec("secp256r1");
    CreatedToken revoked = create("shop", "catalog", Duration.ofHours(1));
    CreatedToken expiring = create("shop", "catalog", Duration.ofMinutes(1));
    assertThat(join(identity.admin().revokeToken(revoked.id(), "test"))).isTrue();
    assertThat(join(identity.admin().revokeToken(revoked.id(), "test"))).isFalse();
    JoinToken genuine = JoinToken.decode(expiring.token());
    String guessed =
        new JoinToken(genuine.id(), "x".repeat(43), genuine.workload(), genuine.expiresAt(), "")
            .encode();

    unauthenticated("was revoked", request(revoked.token(), keys));
    unauthenticated("not known", request(guessed, keys));
    unauthenticated("malformed", request("weft1.%%%", keys));
    unauthenticated("malformed", request("weft1." + "A".repeat(5000), keys));
    unauthenticated("neither a join token nor a client certificate", request("", keys));
    ahead = Duration.ofMinutes(2);
    unauthenticated("expired at", request(expiring.token(), keys));
  }

  @Test
  void refusesBadSigningRequestsAfterTheTokenWasChecked() throws Exception {
    IssueCertificateRequest weak =
        request(token("shop", "catalog"), Csr.rsa(1024), "SHA256withRSA", "shop", "catalog");

    refused(GrpcStatus.INVALID_ARGUMENT, "RSA with 1024 bits", () -> call(null, weak));
    assertThat(audit.entries).extracting(entry -> entry.action()).containsExactly("token.create");
  }

  /** A client whose roots have other names than ours sends no certificate at all. */
  @Test
  void aCertificateOfAnotherMeshIsNotEvenSent() throws Exception {
    refused(
        GrpcStatus.UNAUTHENTICATED,
        "neither a join token nor a client certificate",
        () -> callFromElsewhere(clock.instant().minusSeconds(60)));
  }

  /** One whose roots have the same names sends it, and TLS refuses it. */
  @Test
  void aCertificateOfAnotherMeshIsNoCertificate() {
    X509Certificate root = identity.authority().trustBundle().roots().getFirst();
    Instant made = root.getNotBefore().toInstant().plus(CertificateProfiles.BACKDATED);

    assertThatThrownBy(() -> callFromElsewhere(made))
        .isInstanceOf(ExecutionException.class)
        .hasRootCauseMessage("Connection was closed");
    assertThat(audit.entries).isEmpty();
  }

  /** A call with a certificate of an authority that was made at this time. */
  private void callFromElsewhere(Instant made) throws Exception {
    Path elsewhere = folder.resolve("elsewhere");
    KeyPair keys = Csr.ec("secp256r1");
    try (Database other = Database.sqlite(elsewhere)) {
      CertificateAuthority foreign =
          CertificateAuthority.open(
              new AuthoritySettings(
                  "weft.local", elsewhere.resolve("ca.key"), AuthoritySettings.WORKLOAD_LIFETIME),
              other,
              () -> made);
      IssuedCertificate issued =
          foreign.issue(new WorkloadId("shop", "catalog"), Csr.of(keys, "SHA256withECDSA"));
      call(new Held(keys.getPrivate().getEncoded(), issued.chain()), request("", keys));
    }
  }

  @Test
  void aHeldCertificateThatHasExpiredDoesNotRenew() throws Exception {
    KeyPair keys = Csr.ec("secp256r1");
    IssueCertificateResponse held = call(null, request(token("shop", "catalog"), keys));
    ahead = Duration.ofHours(25);

    // TLS itself goes by the real clock, as on a connection that has been open for a day.
    refused(
        GrpcStatus.UNAUTHENTICATED,
        "expired at",
        () -> call(new Held(keys, held), request("", keys)));
  }

  @Test
  void theServersChainEndsInTheRootTheTokenNamesAndIsRenewedWithoutAPause() throws Exception {
    X509Certificate before = serverLeaf();

    assertThat(await(identity.serverCertificate().renew(vertx, server::updateSSLOptions))).isTrue();

    assertThat(serverLeaf().getSerialNumber()).isNotEqualTo(before.getSerialNumber());
    assertThat(WorkloadId.ofCertificate(before, "weft.local")).contains(WorkloadId.CONTROL_PLANE);
    assertThat(before.getSubjectAlternativeNames())
        .contains(
            List.of(6, "spiffe://weft.local/ns/weft-system/sa/control-plane"),
            List.of(2, "localhost"),
            List.of(7, "127.0.0.1"));
  }

  @Test
  void tokensForTheControlPlanesOwnNamespaceOrForYearsAreNotMade() {
    assertThatThrownBy(() -> create("weft-system", "control-plane", Duration.ofHours(1)))
        .hasMessageContaining("is the control plane's own");
    assertThatThrownBy(() -> create("shop", "catalog", Duration.ofDays(36500)))
        .hasMessageContaining("1 second to 30 days");
    assertThatThrownBy(() -> create("Shop", "catalog", Duration.ofHours(1)))
        .hasMessageContaining("namespace 'Shop' is not a DNS label");
  }

  private X509Certificate serverLeaf() throws Exception {
    var client = vertx.createNetClient();
    try {
      var socket =
          await(
              client.connect(
                  new io.vertx.core.net.ConnectOptions()
                      .setRemoteAddress(
                          SocketAddress.inetSocketAddress(server.actualPort(), "127.0.0.1"))
                      .setSsl(true)
                      .setSslOptions(trusting())));
      List<java.security.cert.Certificate> chain = socket.peerCertificates();
      assertThat(TrustBundle.fingerprint((X509Certificate) chain.getLast()))
          .isEqualTo(JoinToken.decode(token("shop", "catalog")).caSha256());
      return (X509Certificate) chain.getFirst();
    } finally {
      await(client.close());
    }
  }

  private String token(String namespace, String service) throws Exception {
    return create(namespace, service, Duration.ofHours(1)).token();
  }

  private CreatedToken create(String namespace, String service, Duration ttl) throws Exception {
    return join(identity.admin().createToken(namespace, service, ttl, "test"));
  }

  private static IssueCertificateRequest request(String token, KeyPair keys) throws Exception {
    return request(token, keys, "SHA256withECDSA", "shop", "catalog");
  }

  private static IssueCertificateRequest request(
      String token, KeyPair keys, String algorithm, String namespace, String service)
      throws Exception {
    return IssueCertificateRequest.newBuilder()
        .setToken(token)
        .setCsr(ByteString.copyFrom(Csr.of(keys, algorithm)))
        .setNamespace(namespace)
        .setService(service)
        .build();
  }

  private record Held(byte[] key, List<X509Certificate> chain) {
    Held(KeyPair keys, IssueCertificateResponse issued) throws Exception {
      this(keys.getPrivate().getEncoded(), parse(issued.getCertificateChainList()));
    }
  }

  private ClientSSLOptions trusting() {
    ClientSSLOptions options = new ClientSSLOptions();
    options.setTrustOptions(
        new PemTrustOptions()
            .addCertValue(Buffer.buffer(identity.authority().trustBundle().pem())));
    options.setUseAlpn(true);
    options.setHostnameVerificationAlgorithm("HTTPS");
    return options;
  }

  private IssueCertificateResponse call(Held held, IssueCertificateRequest request)
      throws Exception {
    HttpClientOptions options = new HttpClientOptions();
    options
        .setSsl(true)
        .setProtocolVersion(HttpVersion.HTTP_2)
        .setUseAlpn(true)
        .setTrustOptions(trusting().getTrustOptions());
    if (held != null) {
      StringBuilder key = new StringBuilder();
      TrustBundle.appendPem(key, "PRIVATE KEY", held.key());
      options.setKeyCertOptions(
          new PemKeyCertOptions()
              .setKeyValue(Buffer.buffer(key.toString()))
              .setCertValue(Buffer.buffer(TrustBundle.pem(held.chain()))));
    }
    GrpcClient client = GrpcClient.client(vertx, options);
    try {
      return await(
          client
              .request(SocketAddress.inetSocketAddress(server.actualPort(), "127.0.0.1"), ISSUE)
              .compose(
                  call -> {
                    call.end(request);
                    return call.response();
                  })
              .compose(CertificateServiceTest::outcome));
    } finally {
      await(client.close());
    }
  }

  private static Future<IssueCertificateResponse> outcome(
      GrpcClientResponse<IssueCertificateRequest, IssueCertificateResponse> response) {
    List<IssueCertificateResponse> messages = new ArrayList<>();
    response.handler(messages::add);
    return response
        .end()
        .transform(
            end ->
                response.status() == GrpcStatus.OK
                    ? Future.succeededFuture(messages.getFirst())
                    : Future.failedFuture(
                        response.status().name() + ": " + response.statusMessage()));
  }

  private void unauthenticated(String words, IssueCertificateRequest request) {
    refused(GrpcStatus.UNAUTHENTICATED, words, () -> call(null, request));
  }

  private static void refused(GrpcStatus status, String words, ThrowingCallable call) {
    assertThatThrownBy(call).hasMessageContainingAll(status.name(), words);
  }

  private static List<X509Certificate> parse(List<ByteString> ders) throws Exception {
    List<X509Certificate> chain = new ArrayList<>();
    for (ByteString der : ders) {
      chain.add(
          (X509Certificate)
              CertificateFactory.getInstance("X.509")
                  .generateCertificate(new ByteArrayInputStream(der.toByteArray())));
    }
    return chain;
  }

  private static X509Certificate leaf(IssueCertificateResponse response) throws Exception {
    return parse(response.getCertificateChainList()).getFirst();
  }

  private static <T> T await(Future<T> future) throws Exception {
    return future.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
  }

  private static <T> T join(java.util.concurrent.CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(20, TimeUnit.SECONDS);
  }
}
