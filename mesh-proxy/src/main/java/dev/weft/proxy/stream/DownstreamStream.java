package dev.weft.proxy.stream;

/** A request's stream on an accepted connection. */
public interface DownstreamStream extends SendStream {
  /** What is known of the connection. */
  ConnectionInfo connection();
}
