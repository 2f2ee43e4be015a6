package dev.weft.proxy.upstream;

/** What is spoken to an endpoint. */
public enum WireProtocol {
  HTTP1,
  /** By prior knowledge on plaintext; on TLS, ALPN must not agree on anything else. */
  HTTP2,
  /** What ALPN agrees on; HTTP/1.1 if it agrees on nothing. Only with TLS. */
  ALPN,
  /** No HTTP: what a CONNECT that ends here carries. A connection is for one of them. */
  BYTES
}
