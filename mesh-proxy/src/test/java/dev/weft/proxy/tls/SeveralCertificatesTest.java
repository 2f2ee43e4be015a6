package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.TestCa;
import dev.weft.xds.model.CertificateChoice;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.Resumption;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.Sds;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Servers with two certificates by SDS. Engine to engine. */
class SeveralCertificatesTest {
  private static final Sds FIRST = new Sds("first");
  private static final Sds SECOND = new Sds("second");

  /** A certificate has more hexadecimal digits than this. */
  private static final int CERTIFICATE = 600;

  private final TestCa ca = new TestCa("root");
  private final Secrets secrets = new Secrets();
  private final RotatingTlsContexts contexts = new RotatingTlsContexts(secrets);

  private static DownstreamTls settings(TlsVersion version) {
    return new DownstreamTls(
        new TlsSettings(FIRST, null, List.of(), List.of(), version, version),
        false,
        Resumption.DEFAULT,
        false,
        new CertificateChoice(List.of(SECOND), false));
  }

  private Secret.Certificate secret(Sds source, TestCa.Issued issued) {
    return new Secret.Certificate(
        source.name(), Pem.ofCertificates(issued.chain()), Pem.ofKey(issued.keys().getPrivate()));
  }

  private static ClientOffer offer(String name) {
    return new ClientOffer(name, true, ClientOffer.P_256, ClientOffer.P_256, Set.of());
  }

  /** What the server says first, in hexadecimal. */
  private static String visit(
      SSLContext client, ServerContext server, DownstreamTls settings, String name)
      throws Exception {
    SSLEngine asking = client.createSSLEngine(name, 443);
    SSLEngine engine =
        server.handler(UnpooledByteBufAllocator.DEFAULT, settings, offer(name)).engine();
    return EngineHandshake.run(asking, engine);
  }

  private static X509Certificate shown(ServerContext server, DownstreamTls settings, String name)
      throws Exception {
    SSLEngine asking = client().createSSLEngine(name, 443);
    EngineHandshake.run(
        asking, server.handler(UnpooledByteBufAllocator.DEFAULT, settings, offer(name)).engine());
    return (X509Certificate) asking.getSession().getPeerCertificates()[0];
  }

  private static SSLContext client() throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(
        null,
        new TrustManager[] {
          new X509TrustManager() {
            @Override
            public void checkClientTrusted(X509Certificate[] chain, String type) {}

            @Override
            public void checkServerTrusted(X509Certificate[] chain, String type) {}

            @Override
            public X509Certificate[] getAcceptedIssuers() {
              return new X509Certificate[0];
            }
          }
        },
        null);
    return context;
  }

  @Test
  void eachIsRotatedByItself() throws Exception {
    DownstreamTls settings = settings(TlsVersion.TLS_1_3);
    TlsContexts.Context context = contexts.server(settings);
    TestCa.Issued first = ca.dns("first.test");
    TestCa.Issued second = ca.dns("second.test");
    secrets.sds(List.of(secret(FIRST, first)));
    assertThat(context.server()).as("while one is missing").isNull();

    secrets.sds(List.of(secret(FIRST, first), secret(SECOND, second)));
    assertThat(shown(context.server(), settings, "first.test")).isEqualTo(first.leaf());
    assertThat(shown(context.server(), settings, "second.test")).isEqualTo(second.leaf());
    assertThat(shown(context.server(), settings, "third.test")).isEqualTo(first.leaf());

    ServerContext before = context.server();
    TestCa.Issued third = ca.dns("third.test");
    secrets.sds(List.of(secret(FIRST, first), secret(SECOND, third)));
    assertThat(shown(context.server(), settings, "third.test")).isEqualTo(third.leaf());
    assertThat(shown(context.server(), settings, "second.test")).isEqualTo(first.leaf());
    assertThat(shown(before, settings, "second.test")).as("taken before").isEqualTo(second.leaf());
  }

  @ParameterizedTest
  @EnumSource
  void sessionsOfEachGoOn(TlsVersion version) throws Exception {
    DownstreamTls settings = settings(version);
    TlsContexts.Context context = contexts.server(settings);
    secrets.sds(
        List.of(secret(FIRST, ca.dns("first.test")), secret(SECOND, ca.dns("second.test"))));
    SSLContext client = client();
    for (String name : List.of("first.test", "second.test")) {
      int whole = visit(client, context.server(), settings, name).length();
      contexts.rotateTickets();
      assertThat(visit(client, context.server(), settings, name).length())
          .isLessThan(whole - CERTIFICATE);
    }
  }

  @Test
  void keysOfBothKindsAreTakenFromOneContext() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    KeyPair rsa = generator.generateKeyPair();
    List<org.bouncycastle.asn1.x509.GeneralName> names = TestCa.names(null, List.of("both.test"));
    TestCa.Issued first = ca.issue("CN=both", rsa, names);
    TestCa.Issued second = ca.issue("CN=both", TestCa.newKeyPair(), names);
    DownstreamTls settings = settings(TlsVersion.TLS_1_2);
    TlsContexts.Context context = contexts.server(settings);
    secrets.sds(List.of(secret(FIRST, first), secret(SECOND, second)));
    CertificateTable table = context.server().certificates();
    Set<String> suites = Set.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
    int curve = ClientOffer.P_256;
    assertThat(table.choose(new ClientOffer("both.test", false, curve, curve, suites))).isOne();
    assertThat(table.choose(new ClientOffer("both.test", true, curve, curve, Set.of()))).isZero();
    assertThat(table.choose(new ClientOffer("both.test", true, curve, 0, suites))).isZero();
    assertThat(table.choose(ClientOffer.NONE)).isZero();
    assertThat(shown(context.server(), settings, "both.test")).isEqualTo(first.leaf());
  }
}
