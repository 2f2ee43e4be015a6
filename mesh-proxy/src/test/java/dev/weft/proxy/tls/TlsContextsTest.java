package dev.weft.proxy.tls;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.TestCa;
import dev.weft.proxy.testkit.TlsHandshake;
import dev.weft.proxy.testkit.TlsHandshake.Outcome;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.InlineSecret;
import dev.weft.xds.model.TlsSettings.Provider;
import dev.weft.xds.model.TlsSettings.Sds;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import dev.weft.xds.model.UpstreamTls;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.Test;

/** Handshakes over real sockets between contexts made from settings. */
class TlsContextsTest {
  private static final Provider SELF = new Provider("default");
  private static final String CART = "spiffe://weft.local/ns/shop/sa/cart";

  private final TestCa ca = new TestCa("mesh root");
  private final Secrets serverSecrets = new Secrets();
  private final Secrets clientSecrets = new Secrets();
  private final RotatingTlsContexts serverContexts = new RotatingTlsContexts(serverSecrets);
  private final RotatingTlsContexts clientContexts = new RotatingTlsContexts(clientSecrets);

  private static TlsSettings mesh(List<SanMatch> names) {
    return new TlsSettings(
        SELF, SELF, names, List.of("h2", "http/1.1"), TlsVersion.TLS_1_2, TlsVersion.TLS_1_3);
  }

  private static void identify(Secrets secrets, TestCa.Issued identity, TestCa trusted) {
    secrets.provide(
        "default",
        new KeyMaterial(identity.keys().getPrivate(), identity.chain()),
        new TrustMaterial(List.of(trusted.root()), List.of(), "weft.local"));
  }

  private Outcome handshake() {
    return handshake(mesh(List.of()), mesh(List.of(SanMatch.uri(CART))));
  }

  private Outcome handshake(TlsSettings server, TlsSettings client) {
    SslContext accepting = serverContexts.server(new DownstreamTls(server, true)).current();
    SslContext connecting = clientContexts.client(new UpstreamTls(client, "grpc.cart")).current();
    assertThat(accepting).isNotNull();
    assertThat(connecting).isNotNull();
    return TlsHandshake.run(accepting, connecting, "grpc.cart");
  }

  @Test
  void twoWorkloadsProveWhoTheyAre() {
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    identify(clientSecrets, ca.workload("shop", "web"), ca);

    Outcome outcome = handshake();

    assertThat(outcome.failure()).isNull();
    assertThat(outcome.alpn()).isEqualTo("h2");
    assertThat(outcome.protocol()).isEqualTo("TLSv1.3");
    assertThat(outcome.client().uris()).containsExactly("spiffe://weft.local/ns/shop/sa/web");
    assertThat(outcome.server().uris()).containsExactly(CART);
    assertThat(outcome.client().sha256()).hasSize(64);
    assertThat(outcome.client().subject()).isEqualTo("CN=workload");
  }

  @Test
  void theOldestVersionAllowedIsSpokenWhereThePeerKnowsNoNewerOne() {
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    identify(clientSecrets, ca.workload("shop", "web"), ca);
    TlsSettings old =
        new TlsSettings(SELF, SELF, List.of(), List.of(), TlsVersion.TLS_1_2, TlsVersion.TLS_1_2);

    Outcome outcome = handshake(mesh(List.of()), old);

    assertThat(outcome.failure()).isNull();
    assertThat(outcome.protocol()).isEqualTo("TLSv1.2");
    assertThat(outcome.alpn()).isNull();
  }

  private static TlsSettings speaking(
      TlsVersion newest, List<String> cipherSuites, List<String> groups) {
    return new TlsSettings(
        SELF, SELF, List.of(), List.of(), TlsVersion.TLS_1_2, newest, cipherSuites, groups);
  }

  @Test
  void cipherSuitesAreThoseOfTls12AndInTheServersOrder() {
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    identify(clientSecrets, ca.workload("shop", "web"), ca);
    String small = "ECDHE-ECDSA-AES128-GCM-SHA256";
    String large = "ECDHE-ECDSA-AES256-GCM-SHA384";
    TlsSettings old = speaking(TlsVersion.TLS_1_2, List.of(), List.of());
    TlsSettings server = speaking(TlsVersion.TLS_1_3, List.of(small, large), List.of());

    assertThat(handshake(server, old).cipher())
        .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
    assertThat(
            handshake(speaking(TlsVersion.TLS_1_3, List.of(large, small), List.of()), old).cipher())
        .isEqualTo("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384");

    Outcome modern = handshake(server, speaking(TlsVersion.TLS_1_3, List.of(), List.of()));
    assertThat(modern.failure()).isNull();
    assertThat(modern.protocol()).isEqualTo("TLSv1.3");

    TlsSettings other = speaking(TlsVersion.TLS_1_2, List.of("ECDHE-ECDSA-AES128-SHA"), List.of());
    assertThat(handshake(server, other).failure()).isNotNull();
  }

  @Test
  void withoutAGroupInCommonThereIsNoHandshake() {
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    identify(clientSecrets, ca.workload("shop", "web"), ca);
    TlsSettings p384 = speaking(TlsVersion.TLS_1_3, List.of(), List.of("P-384"));

    assertThat(handshake(p384, p384).failure()).isNull();
    assertThat(
            handshake(p384, speaking(TlsVersion.TLS_1_3, List.of(), List.of("X25519"))).failure())
        .isNotNull();
  }

  @Test
  void aServerThatAsksForTls13RefusesAnOlderClient() {
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    identify(clientSecrets, ca.workload("shop", "web"), ca);
    TlsSettings modern =
        new TlsSettings(SELF, SELF, List.of(), List.of(), TlsVersion.TLS_1_3, TlsVersion.TLS_1_3);
    TlsSettings old =
        new TlsSettings(SELF, SELF, List.of(), List.of(), TlsVersion.TLS_1_2, TlsVersion.TLS_1_2);

    assertThat(handshake(modern, old).failure()).isNotNull();
  }

  @Test
  void aClientOfAForeignAuthorityIsRefused() {
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    TestCa foreign = new TestCa("mesh root");
    identify(clientSecrets, foreign.workload("shop", "web"), ca);

    assertThat(handshake().serverFailure()).isNotNull();
  }

  @Test
  void aClientWithoutACertificateIsRefused() {
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    identify(clientSecrets, ca.workload("shop", "web"), ca);
    TlsSettings anonymous =
        new TlsSettings(
            null, SELF, List.of(), List.of("h2"), TlsVersion.TLS_1_2, TlsVersion.TLS_1_3);

    assertThat(handshake(mesh(List.of()), anonymous).serverFailure()).isNotNull();
  }

  @Test
  void anExpiredClientCertificateIsRefused() {
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    identify(clientSecrets, ca.expired("spiffe://weft.local/ns/shop/sa/web"), ca);

    assertThat(handshake().serverFailure()).hasStackTraceContaining("CertificateExpired");
  }

  @Test
  void aServerWithAnotherNameIsRefused() {
    identify(serverSecrets, ca.workload("shop", "catalog"), ca);
    identify(clientSecrets, ca.workload("shop", "web"), ca);

    assertThat(handshake().clientFailure())
        .hasStackTraceContaining("ns/shop/sa/catalog")
        .hasStackTraceContaining("none of the accepted names");
  }

  @Test
  void aDnsNameDoesNotStandInForAUri() {
    identify(
        serverSecrets,
        ca.issue(
            TestCa.names("spiffe://weft.local/ns/shop/sa/catalog", List.of(CART)),
            Instant.now().plus(Duration.ofHours(1))),
        ca);
    identify(clientSecrets, ca.workload("shop", "web"), ca);

    assertThat(handshake().clientFailure()).isNotNull();
  }

  @Test
  void certificatesThatAreNoMeshIdentityAreRefusedInTheMesh() {
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    for (TestCa.Issued bad :
        List.of(
            ca.uri("spiffe://other.domain/ns/shop/sa/web"),
            ca.uri("https://weft.local/ns/shop/sa/web"),
            ca.uri("spiffe://weft.local"),
            ca.dns("web.shop"),
            ca.issue(
                List.of(
                    TestCa.names("spiffe://weft.local/ns/shop/sa/web", List.of()).getFirst(),
                    TestCa.names(CART, List.of()).getFirst()),
                Instant.now().plus(Duration.ofHours(1))))) {
      identify(clientSecrets, bad, ca);
      assertThat(handshake().serverFailure()).as("%s", bad.leaf()).isNotNull();
    }
  }

  @Test
  void aRotatedCertificateCountsForTheNextHandshake() {
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    identify(clientSecrets, ca.workload("shop", "web"), ca);
    TlsContexts.Context context = serverContexts.server(new DownstreamTls(mesh(List.of()), true));
    SslContext before = context.current();
    String first = handshake().server().sha256();

    identify(serverSecrets, ca.workload("shop", "cart"), ca);

    assertThat(context.current()).isNotSameAs(before);
    assertThat(handshake().server().sha256()).isNotEqualTo(first);
  }

  /** What it holds outside the heap must not wait for the collector, and go before its users. */
  @Test
  void aContextThatWasReplacedIsReleasedOnceNobodyCanBeTakingItAnyMore() {
    AtomicLong now = new AtomicLong();
    RotatingTlsContexts contexts = new RotatingTlsContexts(serverSecrets, now::get);
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    TlsContexts.Context context = contexts.server(new DownstreamTls(mesh(List.of()), true));
    SslContext first = context.current();
    SSLEngine connection = first.newEngine(ByteBufAllocator.DEFAULT);

    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    SslContext second = context.current();
    assertThat(ReferenceCountUtil.refCnt(first)).as("its own, and the connection's").isEqualTo(2);

    now.addAndGet(RetiredTlsContexts.GRACE.toNanos());
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    assertThat(ReferenceCountUtil.refCnt(first)).as("the connection's").isEqualTo(1);
    assertThat(ReferenceCountUtil.refCnt(second)).as("just replaced").isEqualTo(1);

    ReferenceCountUtil.release(connection);
    assertThat(ReferenceCountUtil.refCnt(first)).isZero();
    assertThat(ReferenceCountUtil.refCnt(context.current())).isEqualTo(1);
  }

  @Test
  void secretsThatChangeAtOnceAndAgainKeepNoMoreThanSoManyContexts() {
    RotatingTlsContexts contexts = new RotatingTlsContexts(serverSecrets, () -> 0);
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    TlsContexts.Context context = contexts.server(new DownstreamTls(mesh(List.of()), true));
    WeakReference<SslContext> first = new WeakReference<>(context.current());

    for (int i = 0; i <= RetiredTlsContexts.MOST; i++) {
      identify(serverSecrets, ca.workload("shop", "cart"), ca);
    }

    await("the first to be let go of")
        .until(
            () -> {
              System.gc();
              return first.get() == null;
            });
  }

  @Test
  void aNewRootCountsForTheNextHandshake() {
    TestCa next = new TestCa("next root");
    identify(serverSecrets, ca.workload("shop", "cart"), ca);
    identify(clientSecrets, next.workload("shop", "web"), ca);
    assertThat(handshake().serverFailure()).isNotNull();

    TestCa.Issued cart = ca.workload("shop", "cart");
    serverSecrets.provide(
        "default",
        new KeyMaterial(cart.keys().getPrivate(), cart.chain()),
        new TrustMaterial(List.of(ca.root(), next.root()), List.of(), "weft.local"));

    assertThat(handshake().failure()).isNull();
  }

  @Test
  void equalSettingsShareAContextAndUnchangedSecretsKeepIt() {
    TestCa.Issued cart = ca.workload("shop", "cart");
    identify(serverSecrets, cart, ca);
    TlsContexts.Context context = serverContexts.server(new DownstreamTls(mesh(List.of()), true));
    SslContext before = context.current();

    identify(serverSecrets, cart, ca);

    assertThat(context.current()).isSameAs(before);
    assertThat(serverContexts.server(new DownstreamTls(mesh(List.of()), true))).isSameAs(context);
    assertThat(serverContexts.server(new DownstreamTls(mesh(List.of()), false)))
        .isNotSameAs(context);
  }

  @Test
  void aContextWaitsForItsSecrets() {
    TlsSettings bySds =
        new TlsSettings(
            new Sds("cert"),
            new Sds("ca"),
            List.of(),
            List.of(),
            TlsVersion.TLS_1_2,
            TlsVersion.TLS_1_3);
    TlsContexts.Context context = serverContexts.server(new DownstreamTls(bySds, false));
    assertThat(context.current()).isNull();

    TestCa.Issued issued = ca.dns("cart.test");
    Secret.Certificate certificate = certificate("cert", issued);
    serverSecrets.sds(List.of(certificate));
    assertThat(context.current()).isNull();

    Secret.Validation trust =
        new Secret.Validation("ca", Pem.ofCertificates(List.of(ca.root())), List.of());
    serverSecrets.sds(List.of(certificate, trust));
    assertThat(context.current()).isNotNull();
  }

  @Test
  void aSecretThatCannotBeReadLeavesTheLastGoodOneInUse() {
    TlsSettings bySds =
        new TlsSettings(
            new Sds("cert"), null, List.of(), List.of(), TlsVersion.TLS_1_2, TlsVersion.TLS_1_3);
    TlsContexts.Context context = serverContexts.server(new DownstreamTls(bySds, false));
    serverSecrets.sds(List.of(certificate("cert", ca.dns("cart.test"))));
    SslContext good = context.current();
    assertThat(good).isNotNull();

    serverSecrets.sds(List.of(new Secret.Certificate("cert", "garbage", "garbage")));

    assertThat(context.current()).isSameAs(good);
  }

  @Test
  void aServerWithInlineMaterialAnswersAClientThatChecksADnsName() {
    TestCa.Issued issued = ca.dns("cart.test");
    TlsSettings server =
        new TlsSettings(
            new InlineSecret(certificate("inline", issued)),
            null,
            List.of(),
            List.of(),
            TlsVersion.TLS_1_2,
            TlsVersion.TLS_1_3);
    TlsSettings client =
        new TlsSettings(
            null,
            new InlineSecret(
                new Secret.Validation("ca", Pem.ofCertificates(List.of(ca.root())), List.of())),
            List.of(
                new SanMatch(
                    SanMatch.SanType.DNS,
                    new dev.weft.xds.model.StringMatch.Suffix(".test", false))),
            List.of(),
            TlsVersion.TLS_1_2,
            TlsVersion.TLS_1_3);

    Outcome outcome =
        TlsHandshake.run(
            serverContexts.server(new DownstreamTls(server, false)).current(),
            clientContexts.client(new UpstreamTls(client, null)).current(),
            null);

    assertThat(outcome.failure()).isNull();
    assertThat(outcome.client()).isNull();
    assertThat(outcome.server().dnsNames()).containsExactly("cart.test");
  }

  @Test
  void keysOfEveryUsualPemFormAreRead() throws Exception {
    var rsa = java.security.KeyPairGenerator.getInstance("RSA");
    rsa.initialize(2048);
    var pair = rsa.generateKeyPair();
    var text = new java.io.StringWriter();
    try (var writer = new org.bouncycastle.openssl.jcajce.JcaPEMWriter(text)) {
      writer.writeObject(pair.getPrivate());
    }
    assertThat(text.toString()).contains("BEGIN RSA PRIVATE KEY");
    assertThat(Pem.privateKey(text.toString())).isEqualTo(pair.getPrivate());
    assertThat(Pem.privateKey(Pem.ofKey(pair.getPrivate()))).isEqualTo(pair.getPrivate());

    var ec = TestCa.newKeyPair();
    var sec1 = new java.io.StringWriter();
    try (var writer = new org.bouncycastle.util.io.pem.PemWriter(sec1)) {
      var number = ((java.security.interfaces.ECPrivateKey) ec.getPrivate()).getS();
      writer.writeObject(
          new org.bouncycastle.util.io.pem.PemObject(
              "EC PRIVATE KEY",
              new org.bouncycastle.asn1.sec.ECPrivateKey(
                      256, number, org.bouncycastle.asn1.sec.SECObjectIdentifiers.secp256r1)
                  .getEncoded()));
    }
    assertThat(sec1.toString()).contains("BEGIN EC PRIVATE KEY");
    var read = (java.security.interfaces.ECPrivateKey) Pem.privateKey(sec1.toString());
    assertThat(read.getS())
        .isEqualTo(((java.security.interfaces.ECPrivateKey) ec.getPrivate()).getS());
  }

  private static Secret.Certificate certificate(String name, TestCa.Issued issued) {
    return new Secret.Certificate(
        name, Pem.ofCertificates(issued.chain()), Pem.ofKey(issued.keys().getPrivate()));
  }
}
