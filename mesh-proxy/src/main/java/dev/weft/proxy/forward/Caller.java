package dev.weft.proxy.forward;

import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.MessageSink;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.route.RedirectPlan;
import dev.weft.proxy.route.RequestHash;
import dev.weft.proxy.telemetry.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Who asked for a request to be forwarded: takes the answer, or the failure, and is told what
 * becomes of the request. Calls come on the event loop; after a failure or the end of the answer
 * none follows but {@link #requestGone}.
 */
public interface Caller extends MessageSink, RequestHash.Asked {
  /** An interim head (1xx). */
  void onInterim(Http2Headers headers);

  /**
   * There is no answer, or no more of it.
   *
   * @return the status that it is answered with, before gRPC's form; 0 if an answer had begun, or
   *     nobody waits for one
   */
  int onFailure(ProxyError error);

  /** So many body bytes of the request have gone to an endpoint for the first time. */
  void requestGone(int bytes);

  /** Header changes that come with the cluster that was chosen. */
  void onTarget(String cluster, HeaderChanges headers);

  /** A try to an endpoint begins. */
  void onAttempt(Attempt attempt, int number);

  /**
   * A try found no room.
   *
   * @param endpoint where it was to go; null where it waited for any
   */
  void onOverflow(@Nullable InetSocketAddress endpoint);

  /** A try is answered; its answer counts, or it is left next. */
  default void onTryAnswer(Attempt from, Http2Headers response) {}

  /**
   * The answer of a try does not count.
   *
   * @param cut whether it had not ended
   */
  default void onTryLeft(Attempt from, boolean cut) {}

  /** A try failed; another may follow. */
  default void onTryFailure(Attempt from, ProxyError error) {}

  /** The next answer grants no WebSocket: its head is all of it. */
  default void onWebSocketDeclined() {}

  /** Whether forwarding says what it does in {@code x-envoy-} headers. */
  boolean wantsEnvoyHeaders();

  /** The exchange, for values of headers that are changed. */
  Exchange exchange();

  /** Something to be said in logs. */
  void flag(ResponseFlag flag);

  /** What is answered says to proxies that nobody is to try again. */
  default void refuseRetries() {}

  /** Puts the trace's context into the headers of a try. */
  void trace(Http2Headers headers);

  /**
   * How long the answer may take to begin once the request is complete, in nanoseconds; 0 for as
   * long as the route allows.
   */
  default long answerNanos() {
    return 0;
  }

  /** When the time is over that was given, by {@link System#nanoTime}; 0 for no bound. */
  default long deadlineNanos() {
    return 0;
  }

  /**
   * An answer that may send the request elsewhere. Asked where the request is complete and its body
   * kept.
   *
   * @return takes the body, to begin anew with it; null if the client gets the answer
   */
  default @Nullable Consumer<List<ByteBuf>> onRedirect(
      RedirectPlan plan, int status, Http2Headers answer) {
    return null;
  }

  /** Bytes of the body that may be kept for another try, if the route does not say. */
  default int bufferLimit() {
    return Integer.MAX_VALUE;
  }

  /** Nanoseconds since the request was complete, or began if it is not; for logs and headers. */
  long elapsedNanos();
}
