package dev.weft.proxy.tls;

import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.Resumption;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import dev.weft.xds.model.UpstreamTls;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ApplicationProtocolConfig.Protocol;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectedListenerFailureBehavior;
import io.netty.handler.ssl.ApplicationProtocolConfig.SelectorFailureBehavior;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.OpenSslSessionTicketKey;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.util.KeyManagerFactoryWrapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Builds one TLS context from settings and key material. */
record SslContextRecipe(SslProvider provider) {
  private static final Logger log = LoggerFactory.getLogger(SslContextRecipe.class);

  private static final List<String> TLS_1_3 =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  private static final Resumption NO_RESUMPTION =
      new Resumption(false, false, Duration.ZERO, List.of());

  /** BoringSSL, or the JDK's own TLS with a warning where the native library is missing. */
  static SslContextRecipe preferred() {
    if (OpenSsl.isAvailable()) {
      return new SslContextRecipe(SslProvider.OPENSSL);
    }
    log.warn(
        "BoringSSL is not available on this platform ({}); TLS falls back to the JDK, which costs"
            + " more CPU",
        String.valueOf(OpenSsl.unavailabilityCause()));
    return new SslContextRecipe(SslProvider.JDK);
  }

  /**
   * A context, and the keys of its tickets.
   *
   * @param tickets null if it makes none
   * @param certificates of a server that has several
   */
  record Built(
      SslContext context,
      @Nullable SessionTickets tickets,
      @Nullable CertificateTable certificates) {}

  /**
   * @param keys of which the first is shown where none fits
   */
  Built server(DownstreamTls tls, List<KeyMaterial> keys, @Nullable TrustMaterial trust)
      throws SSLException {
    if (keys.isEmpty()) {
      throw new SSLException("a server needs a certificate; name one in the TLS settings");
    }
    TlsSettings common = tls.common();
    PeerVerifier clients = new PeerVerifier(trust, common.subjectAltNames(), common.checks());
    if (clients.acceptsAll()) {
      throw new SSLException("clients must not be accepted whatever they show (ACCEPT_UNTRUSTED)");
    }
    ClientAuth auth =
        tls.requireClientCertificate() || clients.needsCertificate()
            ? ClientAuth.REQUIRE
            : common.verifies() ? ClientAuth.OPTIONAL : ClientAuth.NONE;
    SslContextBuilder builder =
        common(SslContextBuilder.forServer(own(keys)), common)
            .clientAuth(auth)
            .trustManager(clients);
    Duration timeout = tls.resumption().timeout();
    if (auth != ClientAuth.NONE && provider == SslProvider.JDK) {
      builder.sessionCacheSize(1).sessionTimeout(1);
    } else {
      builder.sessionTimeout(
          (timeout.isZero() ? RotatingTlsContexts.TICKET_PERIOD : timeout).toSeconds());
    }
    SslContext context = builder.build();
    // With certificates a resumed session would skip the check of the client's chain, dates and
    // names.
    Resumption resumption = auth == ClientAuth.NONE ? tls.resumption() : NO_RESUMPTION;
    return new Built(
        context,
        context.sessionContext() instanceof OpenSslSessionContext sessions
            ? resume(resumption, sessions)
            : null,
        keys.size() == 1 ? null : table(tls, keys, context));
  }

  private static CertificateTable table(
      DownstreamTls tls, List<KeyMaterial> keys, SslContext context) {
    return new CertificateTable(
        keys.stream().map(KeyMaterial::leaf).toList(),
        tls.choice().scanAll(),
        tls.common().maxVersion() == TlsVersion.TLS_1_3,
        context.cipherSuites());
  }

  /** The keys that change, if tickets are made with such. */
  private static @Nullable SessionTickets resume(
      Resumption resumption, OpenSslSessionContext sessions) {
    if (!resumption.remembered()) {
      sessions.setSessionCacheEnabled(false);
    }
    if (!resumption.tickets()) {
      return null;
    }
    if (resumption.keys().isEmpty()) {
      return new SessionTickets(sessions);
    }
    sessions.setTicketKeys(
        resumption.keys().stream()
            .map(SessionTickets::given)
            .toArray(OpenSslSessionTicketKey[]::new));
    return null;
  }

  Built client(UpstreamTls tls, List<KeyMaterial> keys, @Nullable TrustMaterial trust)
      throws SSLException {
    TlsSettings common = tls.common();
    SslContextBuilder builder =
        common(SslContextBuilder.forClient(), common)
            // names are checked by the verifier, by the settings' own rules
            .endpointIdentificationAlgorithm(null)
            .trustManager(
                new PeerVerifier(
                    trust, common.subjectAltNames(), common.checks(), tls.sniVerified()));
    if (!keys.isEmpty()) {
      builder.keyManager(own(keys));
    }
    SslContext context = builder.build();
    keep(tls.sessions(), context.sessionContext());
    return new Built(context, null, null);
  }

  /** How many sessions with endpoints may go on. */
  private static void keep(int number, SSLSessionContext sessions) {
    if (number > 0) {
      sessions.setSessionCacheSize(number);
    } else if (sessions instanceof OpenSslSessionContext boring) {
      boring.setSessionCacheEnabled(false);
    } else {
      // The JDK takes 0 for no bound.
      sessions.setSessionCacheSize(1);
      sessions.setSessionTimeout(1);
    }
  }

  /** For BoringSSL the key is parsed once for a context, not at every handshake. */
  private KeyManagerFactory own(List<KeyMaterial> keys) {
    KeyManagerFactory factory =
        new KeyManagerFactoryWrapper(
            keys.size() == 1 ? new OwnKey(keys.getFirst()) : new OwnKeys(keys));
    return provider == SslProvider.JDK ? factory : new OpenSslCachingX509KeyManagerFactory(factory);
  }

  private SslContextBuilder common(SslContextBuilder builder, TlsSettings settings) {
    builder.sslProvider(provider).protocols(versions(settings));
    if (!settings.cipherSuites().isEmpty()) {
      List<String> suites = new ArrayList<>(settings.cipherSuites());
      suites.addAll(TLS_1_3); // which no setting is about; without them TLS 1.3 would be off
      builder.ciphers(suites);
    }
    if (!settings.groups().isEmpty()) {
      builder.option(OpenSslContextOption.GROUPS, settings.groups().toArray(String[]::new));
    }
    if (!settings.alpn().isEmpty()) {
      builder.applicationProtocolConfig(
          new ApplicationProtocolConfig(
              Protocol.ALPN,
              SelectorFailureBehavior.NO_ADVERTISE,
              SelectedListenerFailureBehavior.ACCEPT,
              settings.alpn()));
    }
    return builder;
  }

  private static List<String> versions(TlsSettings settings) {
    List<String> versions = new ArrayList<>();
    if (settings.minVersion() == TlsVersion.TLS_1_2) {
      versions.add("TLSv1.2");
    }
    if (settings.maxVersion() == TlsVersion.TLS_1_3) {
      versions.add("TLSv1.3");
    }
    if (versions.isEmpty()) {
      throw new IllegalArgumentException(
          "the lowest TLS version is above the highest; set minVersion <= maxVersion");
    }
    return versions;
  }
}
