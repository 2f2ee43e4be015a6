package dev.weft.proxy.overload;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks at the memory, and says when what is shed changes. What was live in the
 * heap is known only after a collection, and where load is shed none may come for long: while
 * anything is, one is asked for every ten seconds.
 */
public final class OverloadMonitor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(OverloadMonitor.class);
  private static final long COLLECTION_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** What it looks with, the JVM's management beans, would be a twentieth of a start. */
  private static final long AFTER_START_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Overload overload;
  private final Runnable onChange;
  private final long period;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * Begins to look.
   *
   * @param onChange called on the monitor's thread when an action begins or ends
   */
  public OverloadMonitor(Overload overload, Runnable onChange) {
    this.overload = overload;
    this.onChange = onChange;
    this.period = overload.plan().refreshInterval().toNanos();
    this.thread = Thread.ofPlatform().name("weft-overload").daemon().start(this::run);
  }

  private void run() {
    String before = "";
    long collected = System.nanoTime();
    LockSupport.parkNanos(Math.max(period, AFTER_START_NANOS));
    while (!closed) {
      overload.refresh();
      String now = active();
      if (!now.equals(before)) {
        log.warn(
            "overload: memory is at {} % of its limit; {}",
            Math.round(overload.pressure() * 100),
            now.isEmpty() ? "nothing is shed any more" : "in force:" + now);
        before = now;
        onChange.run();
      }
      if (now.isEmpty()) {
        collected = System.nanoTime();
      } else if (System.nanoTime() - collected > COLLECTION_NANOS) {
        System.gc();
        collected = System.nanoTime();
      }
      LockSupport.parkNanos(period);
    }
  }

  private String active() {
    if (!overload.active()) {
      return "";
    }
    StringBuilder names = new StringBuilder();
    for (OverloadAction action : OverloadAction.values()) {
      if (overload.level(action) > 0) {
        names.append(' ').append(action.fullName());
      }
    }
    return names.toString();
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(thread);
  }
}
