package dev.weft.proxy.cluster.health;

import dev.weft.xds.model.HealthCheck;

/**
 * What active health checks have shown of one endpoint; it outlives Runtimes, and has neither clock
 * nor I/O. Outcomes come one at a time, as a rule on one event loop; what they come to may be read
 * on any thread and costs one volatile read.
 */
public final class CheckedHealth {
  private static final int FAILING = 1;
  private static final int DEGRADED = 1 << 1;

  /** Whether nothing of it is known yet, where that is not to count. */
  private static final int UNCHECKED = 1 << 2;

  /** Whether it said itself that it is not well. */
  private static final int EXCLUDED = 1 << 3;

  /** Whether it is failing because it does not answer in time. */
  private static final int LATE = 1 << 4;

  private volatile int flags;
  private boolean first;
  private boolean unproven;
  private int successes;
  private int failures;

  /** What came of a check. */
  public enum Outcome {
    WELL,
    /** Well, but others should be preferred. */
    DEGRADED,
    /** The wrong answer. */
    FAILED,
    /** A wrong answer of a kind that may be passing. */
    RETRIABLE,
    /** No answer: no connection, or it broke. */
    NO_ANSWER,
    /** No answer in time. */
    LATE,
    /** No check: an answer to somebody's request said that the endpoint is not well. */
    TOLD;

    /** Whether the endpoint is well by it. */
    public boolean isSuccess() {
      return this == WELL || this == DEGRADED;
    }

    /** Whether the network, or silence, is to blame. */
    public boolean isOfNetwork() {
      return this == NO_ANSWER || this == LATE;
    }

    /** Whether one is enough to take an endpoint out. */
    boolean isFinal() {
      return this == FAILED || this == TOLD;
    }
  }

  /** What an outcome changed. */
  public enum Change {
    NONE,
    /** Nothing yet, but more of the same will. */
    PENDING,
    /** Who may be picked. */
    CHANGED
  }

  /**
   * A new endpoint: failing until its first check succeeds.
   *
   * @param uncounted whether it does not count for panic and priorities before its first check
   */
  public synchronized void begin(boolean uncounted) {
    flags = FAILING | (uncounted ? UNCHECKED : 0);
    restart();
    unproven = false;
  }

  /**
   * Checks of another kind begin for an endpoint in use: it stays as it is until the first of them,
   * which decides alone.
   */
  public synchronized void beginAgain() {
    restart();
    unproven = !failing();
  }

  private void restart() {
    first = true;
    successes = 0;
    failures = 0;
  }

  /** It is not checked any more. */
  public synchronized void end() {
    flags = 0;
    restart();
    unproven = false;
  }

  /** A check is over. */
  public synchronized Change on(Outcome outcome, HealthCheck config) {
    Change change = outcome.isSuccess() ? success(outcome, config) : failure(outcome, config);
    first = false;
    unproven = false;
    if (is(UNCHECKED)) {
      set(UNCHECKED, false);
      return Change.CHANGED;
    }
    return change;
  }

  private Change success(Outcome outcome, HealthCheck config) {
    failures = 0;
    Change change = Change.NONE;
    if (failing()) {
      if (first || ++successes == config.healthyThreshold()) {
        set(FAILING | EXCLUDED | LATE, false);
        change = Change.CHANGED;
      } else {
        change = Change.PENDING;
      }
    }
    boolean degraded = outcome == Outcome.DEGRADED;
    if (degraded != degraded()) {
      set(DEGRADED, degraded);
      if (change == Change.NONE) {
        change = Change.CHANGED;
      }
    }
    return change;
  }

  private Change failure(Outcome outcome, HealthCheck config) {
    successes = 0;
    Change change = Change.NONE;
    if (!failing()) {
      if (outcome.isFinal() || unproven || ++failures == config.unhealthyThreshold()) {
        set(FAILING, true);
        change = Change.CHANGED;
      } else {
        change = Change.PENDING;
      }
    }
    set(LATE, outcome == Outcome.LATE && failing());
    return change;
  }

  /** Whether the next outcome is the first of these checks. */
  public synchronized boolean isFirst() {
    return first;
  }

  /** It said itself that it is not well, and does not count for panic and priorities. */
  public synchronized void exclude() {
    set(EXCLUDED, true);
  }

  private void set(int bits, boolean on) {
    flags = on ? flags | bits : flags & ~bits;
  }

  private boolean is(int bit) {
    return (flags & bit) != 0;
  }

  /** Whether it is out. */
  public boolean failing() {
    return is(FAILING);
  }

  /** Whether others should be preferred. */
  public boolean degraded() {
    return is(DEGRADED);
  }

  /** Whether it does not count for panic and priorities: not checked yet, or it said so itself. */
  public boolean uncounted() {
    return is(UNCHECKED | EXCLUDED);
  }

  /** Whether it does not count because it was not checked yet. */
  public boolean unchecked() {
    return is(UNCHECKED);
  }

  /** Whether it said itself that it is not well. */
  public boolean excluded() {
    return is(EXCLUDED);
  }

  /** Whether it is failing because it does not answer in time. */
  public boolean late() {
    return is(LATE);
  }
}
