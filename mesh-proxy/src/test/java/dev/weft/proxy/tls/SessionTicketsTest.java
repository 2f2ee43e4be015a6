package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.TestCa;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.Resumption;
import dev.weft.xds.model.Resumption.TicketKey;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.Provider;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import dev.weft.xds.model.UpstreamTls;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.OpenSslSessionStats;
import io.netty.handler.ssl.ReferenceCountedOpenSslContext;
import io.netty.handler.ssl.SslContext;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Sessions that go on, and for how long; and the exchange of keys. Engine to engine. */
class SessionTicketsTest {
  private static final Provider SELF = new Provider("default");

  /** A certificate has more hexadecimal digits than this. */
  private static final int CERTIFICATE = 600;

  private final TestCa ca = new TestCa("root");
  private final Secrets secrets = new Secrets();
  private final RotatingTlsContexts contexts = new RotatingTlsContexts(secrets);

  /** One that nobody refers to is forgotten. */
  private TlsContexts.Context inUse;

  SessionTicketsTest() {
    TestCa.Issued identity = ca.workload("shop", "cart");
    secrets.provide(
        "default",
        new KeyMaterial(identity.keys().getPrivate(), identity.chain()),
        new TrustMaterial(List.of(ca.root()), List.of(), "weft.local"));
  }

  private static TlsSettings settings(TlsVersion version, Provider trust) {
    return new TlsSettings(SELF, trust, List.of(), List.of(), version, version);
  }

  private SslContext open(TlsVersion version) {
    inUse = contexts.server(new DownstreamTls(settings(version, null), false));
    return inUse.current();
  }

  /** A client that keeps its sessions, as the JDK's does. */
  private SSLContext client(boolean known) throws Exception {
    KeyStore roots = KeyStore.getInstance("PKCS12");
    roots.load(null, null);
    roots.setCertificateEntry("root", ca.root());
    TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
    trust.init(roots);
    KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
    KeyStore own = KeyStore.getInstance("PKCS12");
    own.load(null, null);
    if (known) {
      TestCa.Issued identity = ca.workload("shop", "web");
      own.setKeyEntry(
          "own",
          identity.keys().getPrivate(),
          new char[0],
          identity.chain().toArray(java.security.cert.X509Certificate[]::new));
    }
    keys.init(own, new char[0]);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  private static void visit(SSLContext client, SslContext server) throws SSLException {
    EngineHandshake.run(
        client.createSSLEngine("cart.test", 443),
        server.newEngine(UnpooledByteBufAllocator.DEFAULT));
  }

  private static OpenSslSessionStats stats(SslContext server) {
    return ((ReferenceCountedOpenSslContext) server).sessionContext().stats();
  }

  @ParameterizedTest
  @EnumSource
  void aSessionGoesOnUntilItsKeyWasReplacedTwice(TlsVersion version) throws Exception {
    SslContext server = open(version);
    SSLContext client = client(false);
    visit(client, server);
    assertThat(taken(server)).isZero();
    visit(client, server);
    long once = taken(server);
    assertThat(once).isPositive();

    contexts.rotateTickets();
    visit(client, server);
    long again = taken(server);
    assertThat(again).as("with the key before").isGreaterThan(once);

    contexts.rotateTickets();
    contexts.rotateTickets();
    visit(client, server);
    assertThat(taken(server)).as("with a key that is gone").isEqualTo(again);
    assertThat(stats(server).ticketKeyFail()).isPositive();
  }

  /** Lookups of tickets' keys that succeeded, with the newest or with the one before. */
  private static long taken(SslContext server) {
    return stats(server).ticketKeyResume() + stats(server).ticketKeyRenew();
  }

  private SslContext open(TlsVersion version, Resumption resumption) {
    inUse = contexts.server(new DownstreamTls(settings(version, null), false, resumption));
    return inUse.current();
  }

  @ParameterizedTest
  @EnumSource
  void withoutTicketsAndMemoryNoSessionGoesOn(TlsVersion version) throws Exception {
    DownstreamTls settings =
        new DownstreamTls(
            settings(version, null), false, new Resumption(false, false, Duration.ZERO, List.of()));
    inUse = contexts.server(settings);
    SslContext server = inUse.current();
    SSLContext client = client(false);
    int whole = flight(client, server, settings);
    contexts.rotateTickets();
    assertThat(flight(client, server, settings)).isGreaterThan(whole - CERTIFICATE);
    assertThat(stats(server).ticketKeyNew()).isZero();
  }

  /** How much the server says at first, in hexadecimal digits: less, where a session goes on. */
  private static int flight(SSLContext client, SslContext server, DownstreamTls settings)
      throws SSLException {
    SSLEngine engine = server.newEngine(UnpooledByteBufAllocator.DEFAULT);
    WholeHandshakes.require(engine, settings);
    return EngineHandshake.run(client.createSSLEngine("cart.test", 443), engine).length();
  }

  @Test
  void withoutTicketsSessionsOfOldTlsAreRemembered() throws Exception {
    DownstreamTls settings =
        new DownstreamTls(
            settings(TlsVersion.TLS_1_2, null),
            false,
            new Resumption(false, true, Duration.ZERO, List.of()));
    inUse = contexts.server(settings);
    SslContext server = inUse.current();
    SSLContext client = client(false);
    int whole = flight(client, server, settings);
    assertThat(flight(client, server, settings)).isLessThan(whole - CERTIFICATE);
    assertThat(stats(server).ticketKeyNew()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void withGivenKeysASessionGoesOnElsewhere(TlsVersion version) throws Exception {
    TicketKey old = new TicketKey("a1".repeat(TicketKey.BYTES));
    TicketKey fresh = new TicketKey("b2".repeat(TicketKey.BYTES));
    SSLContext client = client(false);
    SslContext here = open(version, new Resumption(true, false, Duration.ZERO, List.of(old)));
    TlsContexts.Context first = inUse;
    visit(client, here);
    contexts.rotateTickets();
    SslContext there =
        open(version, new Resumption(true, false, Duration.ZERO, List.of(fresh, old)));
    visit(client, there);
    assertThat(taken(there)).as("with its second key").isPositive();
    SSLContext another = client(false);
    visit(another, there);
    visit(another, here);
    assertThat(taken(here)).as("with a key that it does not have").isZero();
    assertThat(first.current()).isSameAs(here);
  }

  @Test
  void sessionsLastAsLongAsIsSaid() {
    SslContext server =
        open(TlsVersion.TLS_1_2, new Resumption(true, true, Duration.ofSeconds(77), List.of()));
    assertThat(server.sessionContext().getSessionTimeout()).isEqualTo(77);
    assertThat(open(TlsVersion.TLS_1_2).sessionContext().getSessionTimeout()).isEqualTo(3600);
  }

  /** What a certificate says of a client is looked at in every handshake. */
  @ParameterizedTest
  @EnumSource
  void whereClientsHaveCertificatesNoSessionGoesOn(TlsVersion version) throws Exception {
    DownstreamTls settings = new DownstreamTls(settings(version, SELF), true);
    inUse = contexts.server(settings);
    SslContext server = inUse.current();
    SSLContext client = client(true);
    int whole = flight(client, server, settings);
    contexts.rotateTickets();
    assertThat(flight(client, server, settings)).isGreaterThan(whole - CERTIFICATE);
    assertThat(stats(server).ticketKeyNew()).isZero();
    assertThat(stats(server).ticketKeyResume()).isZero();
  }

  /** A key share of 1,120 bytes of the group 0x11ec (draft-ietf-tls-ecdhe-mlkem). */
  @Test
  void keysAreExchangedWithX25519AndMlKem() throws SSLException {
    SslContext server = open(TlsVersion.TLS_1_3);
    TlsSettings client =
        new TlsSettings(null, SELF, List.of(), List.of(), TlsVersion.TLS_1_3, TlsVersion.TLS_1_3);
    SslContext connecting = contexts.client(new UpstreamTls(client, "cart.test")).current();
    String hello =
        EngineHandshake.run(
            connecting.newEngine(UnpooledByteBufAllocator.DEFAULT),
            server.newEngine(UnpooledByteBufAllocator.DEFAULT));
    assertThat(hello).startsWith("160303").contains("0033046411ec0460");
  }
}
