package dev.weft.xds.model;

/** TLS on accepted connections. */
public record DownstreamTls(TlsSettings common, boolean requireClientCertificate) {}
