package dev.weft.proxy.filter;

import dev.weft.proxy.stream.ConnectionInfo;
import io.netty.channel.EventLoop;

/** What a filter may use of its exchange; on the event loop only, unless said otherwise. */
public interface FilterContext {
  /** The client's connection. */
  ConnectionInfo connection();

  /** Where all of the exchange happens; may be asked for from any thread. */
  EventLoop loop();

  /** Goes on where the filter paused. After the end of the exchange it does nothing. */
  void resume();

  /** Answers instead of going on, after a pause of the request. */
  void reply(Verdict.Reply reply);
}
