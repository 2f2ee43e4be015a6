package dev.weft.xds.model;

import java.util.List;
import java.util.stream.Stream;

/**
 * What a peer's certificate is checked for besides its chain and its names ({@code
 * CertificateValidationContext}).
 *
 * @param certificates the SHA-256 of the DER form of those that are accepted, lower-case hex
 * @param keys the same of their keys; of the two lists together one must fit, unless both are empty
 * @param maxDepth how many certificates its chain may have above it, the root among them, above 0;
 *     {@link #ANY_DEPTH} for any number
 * @param crlPem lists of what was revoked, of each authority of the chain; empty for none
 * @param leafOnly whether only the certificate itself is sought in those
 * @param expired whether the time does not count
 * @param untrusted whether a certificate is taken whatever is found
 */
public record PeerChecks(
    List<String> certificates,
    List<String> keys,
    int maxDepth,
    String crlPem,
    boolean leafOnly,
    boolean expired,
    boolean untrusted) {
  public static final int ANY_DEPTH = -1;

  /** Chain and names are all. */
  public static final PeerChecks NONE =
      new PeerChecks(List.of(), List.of(), ANY_DEPTH, "", false, false, false);

  public PeerChecks {
    certificates = List.copyOf(certificates);
    keys = List.copyOf(keys);
  }

  /** Whether only some certificates, or some keys, are accepted. */
  public boolean pinned() {
    return !certificates.isEmpty() || !keys.isEmpty();
  }

  /** These and others, whose word counts where both say something that can be said once. */
  public PeerChecks and(PeerChecks more) {
    return new PeerChecks(
        Stream.concat(certificates.stream(), more.certificates.stream()).toList(),
        Stream.concat(keys.stream(), more.keys.stream()).toList(),
        more.maxDepth == ANY_DEPTH ? maxDepth : more.maxDepth,
        more.crlPem.isEmpty() ? crlPem : more.crlPem,
        leafOnly || more.leafOnly,
        expired || more.expired,
        untrusted || more.untrusted);
  }
}
