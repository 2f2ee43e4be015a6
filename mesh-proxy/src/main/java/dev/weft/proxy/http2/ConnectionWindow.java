package dev.weft.proxy.http2;

import dev.weft.proxy.stream.WindowBudget;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2LocalFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * What the peer may send on all streams of a connection together. Streams that nobody reads keep
 * their share of it; it doubles as often as they would stop the others, as long as the process has
 * room for that, and goes back when they have gone. Confined to the connection's loop.
 */
final class ConnectionWindow {
  /** What a connection has from the beginning: more than its round trips call for. */
  static final int BYTES = 1024 * 1024;

  private static final int DEFAULT_BYTES = 65_535;

  /** With less left, a stream's window says more than the connection would let it have. */
  private static final int LOW = EndpointBuilder.STREAM_WINDOW;

  private final Http2LocalFlowController flow;
  private final Http2Stream all;
  private final WindowBudget budget;
  private boolean open;

  /** What the budget lent. */
  private int lent;

  ConnectionWindow(Http2Connection connection, Http2LocalFlowController flow, WindowBudget budget) {
    this.flow = flow;
    this.all = connection.connectionStream();
    this.budget = budget;
  }

  /** The preface is sent: only an update, after it, can raise the window. */
  void open() throws Http2Exception {
    open = true;
    flow.incrementWindowSize(all, BYTES - DEFAULT_BYTES);
  }

  /** Whether streams that nobody reads hold so much of it that another might be starved by them. */
  boolean isLow() {
    return flow.windowSize(all) < LOW;
  }

  /** The peer has sent. */
  void onRead() throws Http2Exception {
    if (!open) {
      return;
    }
    if (isLow()) {
      grow();
    } else if (lent > 0) {
      settle();
    }
  }

  private void grow() throws Http2Exception {
    // The codec says nothing to the peer of less than half of the window: so it doubles. Where it
    // was being taken back it may have to be raised twice.
    while (isLow()) {
      int lendable = BYTES + lent;
      if (flow.initialWindowSize(all) == lendable) {
        if (lendable > Integer.MAX_VALUE / 2 || !budget.take(lendable)) {
          return;
        }
        lent += lendable;
      }
      flow.incrementWindowSize(all, BYTES + lent - flow.initialWindowSize(all));
    }
  }

  private void settle() throws Http2Exception {
    int unread = flow.unconsumedBytes(all);
    if (unread <= BYTES / 2 && flow.initialWindowSize(all) > BYTES) {
      flow.incrementWindowSize(all, BYTES - flow.initialWindowSize(all));
    }
    // What the peer was allowed cannot be taken from it: it has to use it up first.
    if (flow.initialWindowSize(all) == BYTES && flow.windowSize(all) + unread <= BYTES) {
      giveBack();
    }
  }

  /** The connection has gone. */
  void close() {
    open = false;
    giveBack();
  }

  private void giveBack() {
    budget.give(lent);
    lent = 0;
  }
}
