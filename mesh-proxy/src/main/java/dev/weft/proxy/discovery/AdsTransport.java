package dev.weft.proxy.discovery;

import dev.weft.proxy.tls.KeyMaterial;
import dev.weft.proxy.tls.OwnKey;
import dev.weft.proxy.tls.PeerVerifier;
import dev.weft.proxy.tls.SecretView;
import dev.weft.proxy.tls.TrustMaterial;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import dev.weft.xds.model.UpstreamTls;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.OpenSSLEngineOptions;
import io.vertx.core.net.TrustOptions;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Secures connections to a control plane as the cluster that stands for it says. */
public final class AdsTransport {
  private static final AtomicLong connections = new AtomicLong();

  private final @Nullable UpstreamTls tls;
  private final SecretView secrets;

  /**
   * @param tls null speaks plaintext
   */
  public AdsTransport(@Nullable UpstreamTls tls, SecretView secrets) {
    this.tls = tls;
    this.secrets = secrets;
  }

  /**
   * Options for the next connection, with key and trust as they are now.
   *
   * @throws IllegalStateException if one of them is missing
   */
  public HttpClientOptions options() {
    HttpClientOptions options =
        new HttpClientOptions()
            // Vert.x forgets only shared clients when they are closed: each has a name of its own.
            .setShared(true)
            .setName("ads-" + connections.incrementAndGet());
    if (tls == null) {
      return options;
    }
    TlsSettings common = tls.common();
    options
        .setSsl(true)
        // names are checked by the verifier, by the settings' own rules
        .setVerifyHost(false)
        .setForceSni(tls.sni() != null)
        .setEnabledSecureTransportProtocols(versions(common));
    if (OpenSSLEngineOptions.isAvailable()) {
      options.setSslEngineOptions(new OpenSSLEngineOptions());
    }
    TrustMaterial trust = null;
    if (common.trust() != null) {
      trust = secrets.trust(common.trust());
      if (trust == null) {
        throw new IllegalStateException(common.trust() + " is missing");
      }
    }
    options.setTrustOptions(
        TrustOptions.wrap(new PeerVerifier(trust, common.subjectAltNames(), common.checks())));
    if (common.certificate() != null) {
      KeyMaterial key = secrets.certificate(common.certificate());
      if (key == null) {
        throw new IllegalStateException(common.certificate() + " is missing");
      }
      options.setKeyCertOptions(KeyCertOptions.wrap(new OwnKey(key)));
    }
    return options;
  }

  private static Set<String> versions(TlsSettings settings) {
    Set<String> versions = new LinkedHashSet<>();
    if (settings.minVersion() == TlsVersion.TLS_1_2) {
      versions.add("TLSv1.2");
    }
    if (settings.maxVersion() == TlsVersion.TLS_1_3) {
      versions.add("TLSv1.3");
    }
    return versions;
  }
}
