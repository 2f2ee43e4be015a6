package dev.weft.proxy.stream;

import org.jspecify.annotations.Nullable;

/** A request's stream on an accepted connection. */
public interface DownstreamStream extends SendStream {
  /** What is known of the connection. */
  ConnectionInfo connection();

  /**
   * The protocol that the client asks to go on with instead of HTTP, which is its request's {@code
   * upgrade} header too; null if it asks for none. An answer with {@code :status} 101, whatever the
   * version of HTTP, grants it: from then on both directions are bytes that end each for itself.
   */
  @Nullable CharSequence upgrade();

  /** Whether the request came by HTTP/1.0. */
  default boolean isHttp10() {
    return false;
  }

  /**
   * Whether part of an answer that is complete waits for the client's window. If so, the receiver
   * is told of what goes, and of the end of the stream.
   */
  default boolean isFlushing() {
    return false;
  }
}
