package dev.weft.proxy.tls;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What a TLS handshake agreed on, as logs show it.
 *
 * @param version {@code TLSv1.3}
 * @param cipher by OpenSSL's name, as Envoy shows it
 * @param id hex, empty if it has none
 * @param local the certificate that this side showed; null for none
 */
public record TlsSession(
    String version, String cipher, String id, @Nullable X509Certificate local) {
  private static final String PREFIX = "TLS_";
  private static final String WITH = "_WITH_";

  /** Reads a session whose handshake is done. */
  public static TlsSession of(SSLSession session) {
    Certificate[] local = session.getLocalCertificates();
    return new TlsSession(
        session.getProtocol(),
        openSslName(session.getCipherSuite()),
        HexFormat.of().formatHex(session.getId()),
        local != null && local.length > 0 && local[0] instanceof X509Certificate certificate
            ? certificate
            : null);
  }

  /**
   * {@code ECDHE-RSA-AES128-GCM-SHA256} for {@code TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256}; the
   * names of TLS 1.3 are the same everywhere.
   */
  static String openSslName(String suite) {
    if (!suite.startsWith(PREFIX) || !suite.contains(WITH)) {
      return suite;
    }
    String name =
        suite
            .substring(PREFIX.length())
            .replace(WITH, "_")
            .replace("AES_", "AES")
            .replace('_', '-');
    return name.endsWith("CHACHA20-POLY1305-SHA256")
        ? name.substring(0, name.lastIndexOf('-'))
        : name;
  }
}
