package dev.weft.control.cluster;

import java.util.function.Consumer;

/**
 * Spreads {@link Notice}s among the nodes of a control plane.
 *
 * <p>Notices are hints and may be lost, merged (several of a kind become one, the highest revision
 * wins) or delivered late; everything they announce is also polled from the database. Losing them
 * delays and never corrupts.
 */
public interface ChangeNotices {

  /**
   * Tells the subscribers of this node and of every other reachable node. Never blocks and never
   * fails; safe from any thread, event loops included.
   */
  void publish(Notice notice);

  /**
   * Calls {@code listener} for each notice, those of this node included, until the subscription is
   * closed. Calls come one at a time on a thread that belongs to the notices: a listener hands work
   * over and returns. What it throws is logged and does not reach others.
   */
  Subscription subscribe(Consumer<? super Notice> listener);

  /** Ends a subscription. */
  interface Subscription extends AutoCloseable {
    /** Stops the calls; one under way may still finish. Closing twice is harmless. */
    @Override
    void close();
  }
}
