package dev.weft.xds.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What both sides of TLS have in common ({@code CommonTlsContext}).
 *
 * @param certificate the own certificate; null for none
 * @param trust what a peer's certificate must chain to; null verifies nothing
 * @param subjectAltNames one of these must match a SAN of the peer; empty asks for no name
 * @param alpn in the order of preference
 * @param cipherSuites for TLS 1.2, by BoringSSL's names, in the order of preference; empty for the
 *     library's own
 * @param groups for the key exchange ({@code ecdh_curves}), by BoringSSL's names, in the order of
 *     preference; empty for the library's own
 * @param checks what else is asked of a peer's certificate
 */
public record TlsSettings(
    @Nullable SecretSource certificate,
    @Nullable SecretSource trust,
    List<SanMatch> subjectAltNames,
    List<String> alpn,
    TlsVersion minVersion,
    TlsVersion maxVersion,
    List<String> cipherSuites,
    List<String> groups,
    PeerChecks checks) {
  public TlsSettings {
    cipherSuites = List.copyOf(cipherSuites);
    groups = List.copyOf(groups);
    subjectAltNames = List.copyOf(subjectAltNames);
    alpn = List.copyOf(alpn);
    if (trust == null && !subjectAltNames.isEmpty()) {
      throw new IllegalArgumentException(
          "subjectAltNames need a trust: without roots anyone could present them");
    }
    if (certificate instanceof InlineSecret(Secret.Validation validation)) {
      throw new IllegalArgumentException("trusted roots are no certificate: " + validation.name());
    }
    if (trust instanceof InlineSecret(Secret.Certificate own)) {
      throw new IllegalArgumentException("a certificate is no trust: " + own.name());
    }
  }

  /** Without other checks. */
  public TlsSettings(
      @Nullable SecretSource certificate,
      @Nullable SecretSource trust,
      List<SanMatch> subjectAltNames,
      List<String> alpn,
      TlsVersion minVersion,
      TlsVersion maxVersion,
      List<String> cipherSuites,
      List<String> groups) {
    this(
        certificate,
        trust,
        subjectAltNames,
        alpn,
        minVersion,
        maxVersion,
        cipherSuites,
        groups,
        PeerChecks.NONE);
  }

  /** Whether anything is asked of a peer's certificate. */
  public boolean verifies() {
    return trust != null || checks.pinned();
  }

  /** With the library's own cipher suites and groups. */
  public TlsSettings(
      @Nullable SecretSource certificate,
      @Nullable SecretSource trust,
      List<SanMatch> subjectAltNames,
      List<String> alpn,
      TlsVersion minVersion,
      TlsVersion maxVersion) {
    this(certificate, trust, subjectAltNames, alpn, minVersion, maxVersion, List.of(), List.of());
  }

  /** The same with other protocols. */
  public TlsSettings withAlpn(List<String> protocols) {
    return new TlsSettings(
        certificate,
        trust,
        subjectAltNames,
        protocols,
        minVersion,
        maxVersion,
        cipherSuites,
        groups,
        checks);
  }

  public enum TlsVersion {
    TLS_1_2,
    TLS_1_3
  }

  /** Where key material comes from. */
  public sealed interface SecretSource {}

  /** By SDS under this name. */
  public record Sds(String name) implements SecretSource {}

  /** A secret of this name that the proxy's bootstrap gives. */
  public record FixedSecret(String name) implements SecretSource {}

  /**
   * From a certificate provider of the process ({@code CertificateProviderPluginInstance}): a Weft
   * sidecar's own identity is the instance {@code default}, so that its key never travels.
   */
  public record Provider(String instanceName) implements SecretSource {}

  /** Given in the configuration. */
  public record InlineSecret(Secret secret) implements SecretSource {}
}
