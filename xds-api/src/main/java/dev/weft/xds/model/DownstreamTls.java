package dev.weft.xds.model;

/**
 * TLS on accepted connections.
 *
 * @param clientCiphers whether the client's order of cipher suites counts, over TLS 1.2
 * @param choice of several certificates
 */
public record DownstreamTls(
    TlsSettings common,
    boolean requireClientCertificate,
    Resumption resumption,
    boolean clientCiphers,
    CertificateChoice choice) {

  /** With one certificate. */
  public DownstreamTls(
      TlsSettings common,
      boolean requireClientCertificate,
      Resumption resumption,
      boolean clientCiphers) {
    this(common, requireClientCertificate, resumption, clientCiphers, CertificateChoice.NONE);
  }

  /** By the server's order of cipher suites. */
  public DownstreamTls(
      TlsSettings common, boolean requireClientCertificate, Resumption resumption) {
    this(common, requireClientCertificate, resumption, false);
  }

  /** With sessions as the proxy likes it. */
  public DownstreamTls(TlsSettings common, boolean requireClientCertificate) {
    this(common, requireClientCertificate, Resumption.DEFAULT);
  }
}
