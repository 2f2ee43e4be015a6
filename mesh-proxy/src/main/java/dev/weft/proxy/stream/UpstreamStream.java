package dev.weft.proxy.stream;

/** A request's stream on a connection to an endpoint. */
public interface UpstreamStream extends SendStream {
  /** What is known of the connection. */
  ConnectionInfo connection();
}
