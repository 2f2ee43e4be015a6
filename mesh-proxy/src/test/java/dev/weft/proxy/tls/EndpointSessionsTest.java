package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.TestCa;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.Provider;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import dev.weft.xds.model.UpstreamTls;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.Test;

/** How many sessions of TLS 1.2 with endpoints are kept to go on with. */
class EndpointSessionsTest {
  private static final Provider SELF = new Provider("default");

  /** A certificate has more hexadecimal digits than this. */
  private static final int CERTIFICATE = 600;

  private final TestCa ca = new TestCa("root");
  private final Secrets secrets = new Secrets();
  private final RotatingTlsContexts contexts = new RotatingTlsContexts(secrets);
  private final TlsContexts.Context accepting;

  /** What an endpoint sends in a whole handshake, with its certificate. */
  private final int whole;

  EndpointSessionsTest() throws SSLException {
    TestCa.Issued identity = ca.workload("shop", "cart");
    secrets.provide(
        "default",
        new KeyMaterial(identity.keys().getPrivate(), identity.chain()),
        new TrustMaterial(List.of(ca.root()), List.of(), "weft.local"));
    accepting = contexts.server(new DownstreamTls(settings(null), false));
    whole = flight(keeping(0).current(), 1);
  }

  private static TlsSettings settings(Provider trust) {
    return new TlsSettings(
        trust == null ? SELF : null,
        trust,
        List.of(),
        List.of(),
        TlsVersion.TLS_1_2,
        TlsVersion.TLS_1_2);
  }

  private TlsContexts.Context keeping(int sessions) {
    return contexts.client(new UpstreamTls(settings(SELF), "cart.test", sessions));
  }

  private int flight(SslContext connecting, int port) throws SSLException {
    SslContext server = accepting.current();
    return EngineHandshake.run(
            connecting.newEngine(UnpooledByteBufAllocator.DEFAULT, "cart.test", port),
            server.newEngine(UnpooledByteBufAllocator.DEFAULT))
        .length();
  }

  /** Connects to endpoints by their ports, in that order; which handshakes were whole ones. */
  private List<Boolean> whole(int sessions, Integer... ports) {
    TlsContexts.Context context = keeping(sessions);
    return List.of(ports).stream()
        .map(
            port -> {
              try {
                return flight(context.current(), port) > whole - CERTIFICATE;
              } catch (SSLException e) {
                throw new AssertionError(e);
              }
            })
        .toList();
  }

  @Test
  void withNoneEveryHandshakeIsAWholeOne() {
    assertThat(whole(0, 1, 1, 2, 1)).containsExactly(true, true, true, true);
  }

  @Test
  void ofOneTheLastEndpointGoesOn() {
    assertThat(whole(1, 1, 1, 2, 2, 1)).containsExactly(true, false, true, false, true);
  }

  @Test
  void withEnoughEachEndpointGoesOn() {
    assertThat(whole(2, 1, 2, 1, 2)).containsExactly(true, true, false, false);
  }
}
