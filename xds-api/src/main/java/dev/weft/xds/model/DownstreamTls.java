package dev.weft.xds.model;

/** TLS on accepted connections. */
public record DownstreamTls(
    TlsSettings common, boolean requireClientCertificate, Resumption resumption) {

  /** With sessions as the proxy likes it. */
  public DownstreamTls(TlsSettings common, boolean requireClientCertificate) {
    this(common, requireClientCertificate, Resumption.DEFAULT);
  }
}
