package dev.weft.proxy.testkit;

import dev.weft.proxy.tls.KeyMaterial;
import dev.weft.proxy.tls.Pem;
import dev.weft.proxy.tls.Secrets;
import dev.weft.proxy.tls.TrustMaterial;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.Provider;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import dev.weft.xds.model.UpstreamTls;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.util.List;

/** TLS settings of a mesh, whose identity is the provider {@code default}. */
public final class Tls {
  private static final Provider SELF = new Provider("default");

  private Tls() {}

  /** Gives a process its identity. */
  public static void identify(Secrets secrets, TestCa.Issued identity, TestCa trusted) {
    secrets.provide(
        "default",
        new KeyMaterial(identity.keys().getPrivate(), identity.chain()),
        new TrustMaterial(List.of(trusted.root()), List.of(), "weft.local"));
  }

  /** Asks for a certificate of the mesh. */
  public static DownstreamTls downstream(String... alpn) {
    return new DownstreamTls(settings(List.of(), alpn), true);
  }

  /** Expects this identity. */
  public static UpstreamTls upstream(String uri, String sni, String... alpn) {
    return new UpstreamTls(settings(List.of(SanMatch.uri(uri)), alpn), sni);
  }

  private static TlsSettings settings(List<SanMatch> names, String... alpn) {
    return new TlsSettings(
        SELF, SELF, names, List.of(alpn), TlsVersion.TLS_1_2, TlsVersion.TLS_1_3);
  }

  /** A client outside of the mesh with a certificate, or without one if it is null. */
  public static HttpClientOptions client(HttpVersion version, TestCa.Issued identity, TestCa ca) {
    HttpClientOptions options =
        new HttpClientOptions()
            .setProtocolVersion(version)
            .setSsl(true)
            .setUseAlpn(true)
            .setVerifyHost(false)
            .setForceSni(true)
            .setTrustOptions(trust(ca));
    if (identity != null) {
      options.setKeyCertOptions(key(identity));
    }
    return options;
  }

  /** An endpoint outside of the mesh that asks for a certificate, for both versions of HTTP. */
  public static HttpServerOptions server(TestCa.Issued identity, TestCa ca) {
    return new HttpServerOptions()
        .setSsl(true)
        .setUseAlpn(true)
        .setClientAuth(ClientAuth.REQUIRED)
        .setTrustOptions(trust(ca))
        .setKeyCertOptions(key(identity));
  }

  /** Trust of somebody outside of the mesh. */
  public static PemTrustOptions trust(TestCa ca) {
    return new PemTrustOptions()
        .addCertValue(Buffer.buffer(Pem.ofCertificates(List.of(ca.root()))));
  }

  /** The certificate and the key of somebody outside of the mesh. */
  public static PemKeyCertOptions key(TestCa.Issued identity) {
    return new PemKeyCertOptions()
        .addCertValue(Buffer.buffer(Pem.ofCertificates(identity.chain())))
        .addKeyValue(Buffer.buffer(Pem.ofKey(identity.keys().getPrivate())));
  }
}
