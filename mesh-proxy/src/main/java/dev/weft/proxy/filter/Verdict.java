package dev.weft.proxy.filter;

import dev.weft.proxy.telemetry.Exchange;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What a filter decides on the head of a message. */
public sealed interface Verdict {
  /** Goes on with the next filter. */
  Verdict CONTINUE = new Continue();

  /**
   * Holds the message until {@link FilterContext#resume}; its body waits, and its sender is slowed
   * down.
   */
  Verdict PAUSE = new Pause();

  /** See {@link #CONTINUE}. */
  record Continue() implements Verdict {}

  /** See {@link #PAUSE}. */
  record Pause() implements Verdict {}

  /**
   * Answers the client instead; only for requests. To a gRPC request it is a gRPC status.
   *
   * @param status 200..599
   * @param details for logs, without blanks
   * @param flags for logs, {@link dev.weft.proxy.error.ResponseFlag} bits
   * @param grpcStatus for gRPC requests; -1 for the one that belongs to {@code status}
   * @param decoration changes the head of the answer; null leaves it
   */
  record Reply(
      int status,
      String body,
      String details,
      int flags,
      int grpcStatus,
      @Nullable BiConsumer<Http2Headers, Exchange> decoration)
      implements Verdict {
    /** A plain answer. */
    public Reply(int status, String body, String details) {
      this(status, body, details, 0, -1, null);
    }
  }

  /**
   * Answers the client with what an endpoint once said; only for requests. It is not changed any
   * more as answers are that the proxy makes up.
   *
   * @param headers with its status; the receiver's to change
   * @param body to be left as it is; of an answer to HEAD that of GET
   * @param details for logs, without blanks
   * @param flags for logs, {@link dev.weft.proxy.error.ResponseFlag} bits
   */
  record Stored(Http2Headers headers, byte[] body, String details, int flags) implements Verdict {}
}
