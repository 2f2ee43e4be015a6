package dev.weft.proxy.stream;

import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;

/**
 * Flushes every connection of one event loop that was written to, once, at the end of the loop run:
 * many streams share one system call. Confined to its loop.
 */
public final class FlushScheduler {
  /** A connection that holds written bytes back until it is told to flush. */
  public interface Flushable {
    /** Hands what was written to the socket. */
    void flushNow();
  }

  private final EventLoop loop;
  private final Runnable task = this::flushAll;
  private List<Flushable> marked = new ArrayList<>();
  private List<Flushable> flushing = new ArrayList<>();
  private boolean scheduled;

  public FlushScheduler(EventLoop loop) {
    this.loop = loop;
  }

  /** The loop this belongs to. */
  public EventLoop loop() {
    return loop;
  }

  /** Has a connection flushed when this loop run ends; it must mark itself once per flush. */
  public void mark(Flushable connection) {
    assert loop.inEventLoop() : "marked from another thread than its event loop";
    marked.add(connection);
    if (!scheduled) {
      // Tasks run after the I/O events of the same loop run.
      scheduled = true;
      loop.execute(task);
    }
  }

  private void flushAll() {
    scheduled = false;
    // A flush may complete writes whose listeners mark connections again: those go with the next
    // run.
    List<Flushable> now = marked;
    marked = flushing;
    flushing = now;
    for (int i = 0; i < now.size(); i++) {
      now.get(i).flushNow();
    }
    now.clear();
  }
}
