package dev.weft.proxy.filter.breaker;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * A circuit breaker with the states of {@code vertx-circuit-breaker}: closed, while it counts
 * failures; open, until its reset timeout is over; half-open, while one request tries. It opens by
 * the share of failures, where the library counts failures in a row. What ends in another state
 * than it began in does not count.
 *
 * <p>It has no clock: times are nanoseconds of the caller's, such as {@link System#nanoTime}. From
 * any thread, without locks; nothing is allocated while its state stays.
 *
 * @see <a href="https://vertx.io/docs/vertx-circuit-breaker/java/">Vert.x Circuit Breaker</a>
 */
public final class Breaker {
  /** What it does with requests. */
  public enum State {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  /** Whether its state is its own. */
  public enum Control {
    /** It opens and closes by itself. */
    AUTO,
    /** It lets nothing pass. */
    OPEN,
    /** It lets pass what its bound of concurrency does. */
    CLOSED
  }

  /** What becomes of a request. */
  sealed interface Entry permits Admitted, Refused {}

  /** It may pass; {@link #report} once and {@link #leave} once follow. */
  sealed interface Admitted extends Entry permits Closed, Trial, Uncounted {}

  /** It may not. */
  enum Refused implements Entry {
    /** The breaker is open, or another request is trying. */
    OPEN,
    /** Somebody holds it open. */
    BY_HAND,
    /** As many as may be are under way. */
    FULL
  }

  /** How a request that passed has ended. */
  enum Outcome {
    SUCCESS,
    FAILURE,
    /** Its client went away, or it was answered for a reason that says nothing of the service. */
    ABANDONED
  }

  /** What a report has changed. */
  enum Change {
    NONE,
    OPENED,
    CLOSED
  }

  private sealed interface Phase permits Closed, Open, Trial {}

  /** Counts. */
  static final class Closed implements Phase, Admitted {
    private static final AtomicReferenceFieldUpdater<Closed, RollingWindow> WINDOW =
        AtomicReferenceFieldUpdater.newUpdater(Closed.class, RollingWindow.class, "window");

    private volatile RollingWindow window;

    Closed(long windowNanos) {
      window = new RollingWindow(windowNanos);
    }

    private RollingWindow window(long nanos, long now) {
      RollingWindow current = window;
      if (current.nanos() == nanos) {
        return current;
      }
      // The configuration has changed: what was counted goes on to count.
      WINDOW.compareAndSet(this, current, current.resized(nanos, now));
      return window;
    }
  }

  /** Waits for the reset timeout, as long as that is when somebody asks. */
  private static final class Open implements Phase {
    final long since;

    Open(long since) {
      this.since = since;
    }
  }

  /** One request tries; if it takes too long, another does. */
  static final class Trial implements Phase, Admitted {
    final long since;

    Trial(long since) {
      this.since = since;
    }
  }

  /** Passes while somebody holds the breaker closed. */
  enum Uncounted implements Admitted {
    PASS
  }

  /**
   * How it is.
   *
   * @param requests how many ended in the window; 0 unless it is closed
   * @param failures of those
   * @param active how many are under way
   * @param retryNanos how long until a request may try; 0 where one may now
   */
  public record Snapshot(
      State state, Control control, long requests, long failures, int active, long retryNanos) {}

  private static final AtomicReferenceFieldUpdater<Breaker, Phase> PHASE =
      AtomicReferenceFieldUpdater.newUpdater(Breaker.class, Phase.class, "phase");

  private volatile Phase phase;
  private final AtomicInteger active = new AtomicInteger();
  private volatile Control control = Control.AUTO;

  /** Those that counted last, for looking at it. */
  private volatile @Nullable Limits limits;

  /** A closed one that has counted nothing. */
  Breaker() {
    phase = new Closed(1);
  }

  /** Whether a request may pass. */
  @SuppressWarnings("ReferenceEquality")
  Entry ask(Limits asked, long now) {
    if (limits != asked) {
      limits = asked;
    }
    return switch (control) {
      case OPEN -> Refused.BY_HAND;
      case CLOSED -> enter(asked.maxConcurrent()) ? Uncounted.PASS : Refused.FULL;
      case AUTO -> ask(asked.resetNanos(), asked.maxConcurrent(), now);
    };
  }

  private Entry ask(long resetNanos, int maxConcurrent, long now) {
    while (true) {
      Phase current = phase;
      if (current instanceof Closed closed) {
        return enter(maxConcurrent) ? closed : Refused.FULL;
      }
      if (untilTrial(current, resetNanos, now) > 0) {
        return Refused.OPEN;
      }
      Trial trial = new Trial(now);
      if (PHASE.compareAndSet(this, current, trial)) {
        active.incrementAndGet(); // however many are still under way: one has to try
        return trial;
      }
    }
  }

  /** How long until a request may try; 0 or less where one may now. */
  private static long untilTrial(Phase phase, long resetNanos, long now) {
    return switch (phase) {
      case Closed closed -> 0;
      case Open open -> open.since + resetNanos - now;
      case Trial trial -> trial.since + resetNanos - now;
    };
  }

  private boolean enter(int max) {
    int under = active.get();
    while (under < max) {
      if (active.compareAndSet(under, under + 1)) {
        return true;
      }
      under = active.get();
    }
    return false;
  }

  /** A request that was admitted is over: another may be under way in its place. */
  void leave() {
    active.decrementAndGet();
  }

  /**
   * A request that was admitted has succeeded or failed, or will not be known to.
   *
   * @param limits those that count now
   */
  Change report(Admitted entry, Outcome outcome, Limits limits, long now) {
    return switch (entry) {
      case Closed closed -> counted(closed, outcome, limits, now);
      case Trial trial -> tried(trial, outcome, limits, now);
      case Uncounted uncounted -> Change.NONE;
    };
  }

  @SuppressWarnings("ReferenceEquality")
  private Change counted(Closed closed, Outcome outcome, Limits limits, long now) {
    if (outcome == Outcome.ABANDONED || phase != closed) {
      return Change.NONE;
    }
    RollingWindow window = closed.window(limits.windowNanos(), now);
    boolean failed = outcome == Outcome.FAILURE;
    window.add(now, failed);
    if (!failed) {
      return Change.NONE;
    }
    long counts = window.counts(now);
    boolean opens =
        limits.exceeded(RollingWindow.requests(counts), RollingWindow.failures(counts))
            && PHASE.compareAndSet(this, closed, new Open(now));
    return opens ? Change.OPENED : Change.NONE;
  }

  private Change tried(Trial trial, Outcome outcome, Limits limits, long now) {
    return switch (outcome) {
      case SUCCESS ->
          PHASE.compareAndSet(this, trial, new Closed(limits.windowNanos()))
              ? Change.CLOSED
              : Change.NONE;
      case FAILURE -> PHASE.compareAndSet(this, trial, new Open(now)) ? Change.OPENED : Change.NONE;
      case ABANDONED -> {
        // The next one tries.
        PHASE.compareAndSet(this, trial, new Open(now - limits.resetNanos()));
        yield Change.NONE;
      }
    };
  }

  /**
   * Takes it into one's hands, or gives it back. It then begins anew, closed, and what is under way
   * does not count.
   */
  void control(Control by) {
    control = by;
    phase = new Closed(1);
  }

  /** How it is now. */
  Snapshot snapshot(long now) {
    Control held = control;
    Phase current = phase;
    long counts = current instanceof Closed closed ? closed.window.counts(now) : 0;
    Limits last = limits;
    long wait = last == null ? 0 : Math.max(0, untilTrial(current, last.resetNanos(), now));
    State state =
        switch (held) {
          case OPEN -> State.OPEN;
          case CLOSED -> State.CLOSED;
          case AUTO ->
              switch (current) {
                case Closed closed -> State.CLOSED;
                case Open open -> wait > 0 ? State.OPEN : State.HALF_OPEN;
                case Trial trial -> State.HALF_OPEN;
              };
        };
    return new Snapshot(
        state,
        held,
        RollingWindow.requests(counts),
        RollingWindow.failures(counts),
        active.get(),
        wait);
  }

  /** Whether it is as a new one would be. */
  boolean quiet(long now) {
    return control == Control.AUTO
        && active.get() == 0
        && phase instanceof Closed closed
        && closed.window.counts(now) == 0;
  }
}
