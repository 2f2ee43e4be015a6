package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/**
 * What carries bytes to an endpoint, beneath the protocol that is spoken to it.
 *
 * @param tls null for plaintext
 * @param proxyHeader the PROXY header that a connection begins with, before TLS; null for none
 */
public record UpstreamTransport(@Nullable UpstreamTls tls, @Nullable SentProxyHeader proxyHeader) {
  /** Bytes as they are. */
  public static final UpstreamTransport PLAINTEXT = new UpstreamTransport(null, null);
}
