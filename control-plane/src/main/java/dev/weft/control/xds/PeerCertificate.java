package dev.weft.control.xds;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** The SPIFFE ID in a client's certificate; TLS has verified the chain already. */
final class PeerCertificate {
  private static final int URI = 6;

  private PeerCertificate() {}

  /**
   * The identity of the peer, or empty without a certificate, or with one that has not exactly one
   * URI name as an X.509-SVID must.
   */
  static Optional<String> identity(@Nullable SSLSession session) {
    if (session == null) {
      return Optional.empty();
    }
    try {
      Certificate[] chain = session.getPeerCertificates();
      return chain.length > 0 && chain[0] instanceof X509Certificate leaf
          ? spiffeId(leaf)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> spiffeId(X509Certificate leaf)
      throws CertificateParsingException {
    Collection<List<?>> names = leaf.getSubjectAlternativeNames();
    if (names == null) {
      return Optional.empty();
    }
    List<String> uris =
        names.stream()
            .filter(name -> name.get(0) instanceof Integer type && type == URI)
            .map(name -> String.valueOf(name.get(1)))
            .toList();
    return uris.size() == 1 && uris.getFirst().startsWith("spiffe://")
        ? Optional.of(uris.getFirst())
        : Optional.empty();
  }
}
