package dev.weft.proxy.upstream;

/**
 * Why no stream could be opened; nothing of the request was sent, so that another try is safe.
 *
 * @param detail what happened, where, for logs
 */
public record ConnectFailure(Kind kind, String detail) {
  /** What kind of failure. */
  public enum Kind {
    /** The endpoint, or the network, said no. */
    REFUSED,
    /** It cannot come from the address that it is to come from. */
    LOCAL,
    /** No usable connection within the connect timeout. */
    TIMEOUT,
    /** The handshake failed, a certificate was not accepted, or a secret is missing. */
    TLS,
    /** The peer does not speak the protocol that was expected, or closed before it did. */
    PROTOCOL,
    /** Too many streams wait already. */
    OVERFLOW,
    /** The pool is closing, or the target was retired. */
    CLOSED
  }
}
