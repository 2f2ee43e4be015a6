package dev.weft.proxy.tls;

import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who a verified certificate speaks for.
 *
 * @param uris its URI SANs, SPIFFE IDs among them, in the certificate's order
 * @param dnsNames its DNS SANs
 * @param subject its subject, RFC 2253
 * @param sha256 the SHA-256 of its DER form, lower-case hex
 * @param chain what the peer sent, the certificate first
 * @param localUri the first URI SAN of what this side showed the peer; null if there is none
 */
public record PeerIdentity(
    List<String> uris,
    List<String> dnsNames,
    String subject,
    String sha256,
    List<X509Certificate> chain,
    @Nullable String localUri) {
  public PeerIdentity {
    uris = List.copyOf(uris);
    dnsNames = List.copyOf(dnsNames);
    chain = List.copyOf(chain);
  }
}
