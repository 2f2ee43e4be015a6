package dev.weft.proxy.loop;

import io.netty.channel.EventLoop;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of one exchange on one scheduled task: what is only ever moved later, such as an
 * idle timeout, costs a write to a field. Confined to its loop.
 */
public final class Deadlines implements Runnable {
  /** What a deadline is for, most telling first: of several that are over the first is told. */
  public enum Kind {
    /** The client must have sent its whole request. */
    REQUEST,
    /** The stream has lived as long as it may. */
    DURATION,
    /** The whole answer must be there. */
    ROUTE,
    /** The answer must have begun, whatever the tries. */
    ANSWER,
    /** This try's answer must have begun. */
    TRY,
    /** This try's endpoint must have said something. */
    TRY_IDLE,
    /** A pause before the next try is over. */
    BACKOFF,
    /** Neither side has said anything. */
    IDLE,
    /** What a client still sends after its answer is not waited for any longer. */
    DISCARD
  }

  /** Is told of deadlines. */
  @FunctionalInterface
  public interface Listener {
    /** This one is over, and cleared. */
    void onDeadline(Kind kind);
  }

  private static final long NEVER = Long.MAX_VALUE;
  private static final Kind[] KINDS = Kind.values();

  private final EventLoop loop;
  private final Listener listener;

  /** Nanoseconds since {@link #origin}. */
  private final long[] due = new long[KINDS.length];

  private final long origin;
  private long scheduledFor = NEVER;
  private @Nullable Future<?> scheduled;
  private boolean held;

  public Deadlines(EventLoop loop, Listener listener, long nowNanos) {
    this.loop = loop;
    this.listener = listener;
    this.origin = nowNanos;
    Arrays.fill(due, NEVER);
  }

  /** Nothing is scheduled until {@link #arm}: for setting several at first. */
  public void hold() {
    held = true;
  }

  /** Ends {@link #hold}. */
  public void arm() {
    held = false;
    schedule();
  }

  /**
   * Sets a deadline, or moves it.
   *
   * @param delayNanos from now; 0 or less clears it
   */
  public void set(Kind kind, long nowNanos, long delayNanos) {
    long now = nowNanos - origin;
    // What is asked for may be longer than there are nanoseconds.
    due[kind.ordinal()] = delayNanos <= 0 || delayNanos > NEVER - now ? NEVER : now + delayNanos;
    if (!held && due[kind.ordinal()] < scheduledFor) {
      schedule();
    }
  }

  /** Takes a deadline back. */
  public void clear(Kind kind) {
    due[kind.ordinal()] = NEVER;
  }

  /** Takes all back; the task is gone too. */
  public void cancel() {
    Arrays.fill(due, NEVER);
    Future<?> task = scheduled;
    if (task != null) {
      task.cancel(false);
      scheduled = null;
      scheduledFor = NEVER;
    }
  }

  private void schedule() {
    long first = NEVER;
    for (long deadline : due) {
      first = Math.min(first, deadline);
    }
    if (first >= scheduledFor || first == NEVER) {
      return;
    }
    Future<?> task = scheduled;
    if (task != null) {
      task.cancel(false);
    }
    scheduledFor = first;
    scheduled = loop.schedule(this, first - (System.nanoTime() - origin), TimeUnit.NANOSECONDS);
  }

  @Override
  public void run() {
    scheduled = null;
    scheduledFor = NEVER;
    long now = System.nanoTime() - origin;
    for (Kind kind : KINDS) {
      if (due[kind.ordinal()] <= now) {
        due[kind.ordinal()] = NEVER;
        listener.onDeadline(kind);
      }
    }
    schedule();
  }
}
