package dev.weft.proxy.tls;

import java.util.List;

/**
 * Who a verified certificate speaks for.
 *
 * @param uris its URI SANs, SPIFFE IDs among them, in the certificate's order
 * @param dnsNames its DNS SANs
 * @param subject its subject, RFC 2253
 * @param sha256 the SHA-256 of its DER form, lower-case hex
 */
public record PeerIdentity(
    List<String> uris, List<String> dnsNames, String subject, String sha256) {
  public PeerIdentity {
    uris = List.copyOf(uris);
    dnsNames = List.copyOf(dnsNames);
  }
}
