package dev.weft.proxy.filter;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.DynamicMetadata;
import dev.weft.proxy.telemetry.Exchange;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** What a filter may use of its exchange; on the event loop only, unless said otherwise. */
public interface FilterContext {
  /** What is known of it so far. */
  Exchange exchange();

  /** Where all of the exchange happens; may be asked for from any thread. */
  EventLoop loop();

  /** Goes on where the filter paused. After the end of the exchange it does nothing. */
  void resume();

  /** Answers instead of going on, after a pause of the request. */
  void reply(Verdict.Reply reply);

  /**
   * Lets the client send so many bytes more, while this filter pauses the request and that many
   * bytes of it wait.
   *
   * @return false if the process holds as much as it may: the request should be refused
   */
  boolean grant(int bytes);

  /** Whether a route matched. */
  boolean routed();

  /** The cluster that the route has chosen; null where it forwards nothing. */
  @Nullable String cluster();

  /** A cluster as it is now; null if there is none of the name. From any thread. */
  @Nullable ActiveCluster cluster(String name);

  /** Something to be said in logs. */
  void flag(ResponseFlag flag);

  /** The request only asks how the proxy is: there are logs that leave such out. */
  void markHealthCheck();

  /** What filters note of the request. */
  DynamicMetadata metadata();

  /**
   * The answer must begin within so many nanoseconds of the complete request, whatever its route
   * says; while the request is with the filters.
   */
  void answerWithin(long nanos);

  /** Another cluster than the route's gets the request; while the request is with the filters. */
  void divert(String cluster);

  /**
   * Ends the exchange, whatever was sent: with this answer where none has begun, and with its gRPC
   * status where an answer of gRPC has; any other is cut. Not from within a call of the filter's.
   */
  void end(Verdict.Reply reply);

  /**
   * Asks the client to open what is new on another connection, by GOAWAY or, over HTTP/1, by {@code
   * connection: close} where an answer has not begun. What is under way goes on.
   */
  void endConnection();
}
