package dev.weft.xds.client;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a client stands with its servers.
 *
 * @param server that it is connected to, or tries or tried last, as {@code host:port}; empty before
 *     the first attempt
 * @param since when the state began
 * @param failures attempts since a server has last answered
 * @param lastError what the last attempt or stream ended with, null if it ended well or none has
 */
public record AdsStatus(
    State state, String server, Instant since, int failures, @Nullable String lastError) {
  /** What the client does. */
  public enum State {
    /** Not started. */
    IDLE,
    /** Opening a stream. */
    CONNECTING,
    /** The stream is open. */
    CONNECTED,
    /** Waiting before the next attempt. */
    WAITING,
    /** Closed for good. */
    CLOSED
  }

  /** Whether a stream is open. */
  public boolean connected() {
    return state == State.CONNECTED;
  }
}
