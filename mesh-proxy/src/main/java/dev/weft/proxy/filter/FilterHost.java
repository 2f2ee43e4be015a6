package dev.weft.proxy.filter;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.DynamicMetadata;
import dev.weft.proxy.telemetry.Exchange;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/** The exchange that filters are at work on. On its event loop only, unless said otherwise. */
public interface FilterHost {
  /** What is known of it so far. */
  Exchange exchange();

  /** Where all of the exchange happens; may be asked for from any thread. */
  EventLoop loop();

  /** Answers the client; the exchange then closes the pipeline. */
  void reply(Verdict.Reply reply);

  /** Answers the client with what is kept; the exchange then closes the pipeline. */
  void reply(Verdict.Stored stored);

  /**
   * Lets the client send so many bytes more, as that many are held back here until the message goes
   * on.
   *
   * @return false if the process holds as much as it may; then nothing is granted
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

  /** Ends the exchange, whatever was sent of its answer. */
  void end(Verdict.Reply reply);

  /** Asks the client to open what is new on another connection. */
  void endConnection();
}
