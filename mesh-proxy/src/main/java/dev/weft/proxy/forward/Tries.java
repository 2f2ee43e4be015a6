package dev.weft.proxy.forward;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The tries of one request that are under way: the newest, and with hedging those that took too
 * long and go on beside it. Says what comes of each outcome; it starts and ends nothing itself. No
 * I/O, no clock.
 *
 * <p>An overtaken try has had its retry: whatever becomes of it, it causes no other.
 *
 * @param <T> a try, known by its identity
 */
@SuppressWarnings("ReferenceEquality")
class Tries<T> {
  /** What comes of a try that failed, or was answered in a way that is worth another. */
  enum Fate {
    /** Another try is made. */
    AGAIN,
    /** Others may still do better: nobody hears of it. */
    LEFT,
    /** The client gets it: nothing better will come. */
    COUNTS
  }

  private @Nullable T newest;

  /** Null until one is overtaken, which most requests never see. */
  private @Nullable List<T> overtaken;

  /** Whether another is decided on, and has not begun. */
  private boolean coming;

  /** The newest, or the one whose answer counts; null if there is none. */
  final @Nullable T newest() {
    return newest;
  }

  /** A try begins; there is no newest one. */
  final void begin(T next) {
    newest = next;
    coming = false;
  }

  /** The newest takes too long: another is to begin beside it. */
  final void overtake() {
    T slow = newest;
    if (slow == null) {
      throw new IllegalStateException("no try to overtake");
    }
    if (overtaken == null) {
      overtaken = new ArrayList<>(2);
    }
    overtaken.add(slow);
    newest = null;
    coming = true;
  }

  /**
   * A try failed, or its answer is worth another: it is not under way any more.
   *
   * @param again whether another is made in its place, which only the newest may have
   */
  final Fate bad(T from, boolean again) {
    if (from != newest) {
      if (overtaken != null) {
        overtaken.remove(from);
      }
      return anyLeft() ? Fate.LEFT : Fate.COUNTS;
    }
    newest = null;
    coming = again;
    return again ? Fate.AGAIN : anyLeft() ? Fate.LEFT : Fate.COUNTS;
  }

  /**
   * The try that was decided on cannot begin.
   *
   * @return what comes of that
   */
  final Fate none() {
    coming = false;
    return anyLeft() ? Fate.LEFT : Fate.COUNTS;
  }

  private boolean anyLeft() {
    return newest != null || coming || overtaken != null && !overtaken.isEmpty();
  }

  /**
   * Takes out one of those that lose, which has to be cancelled; no other will begin.
   *
   * @param winner whose answer counts, which is the newest from then on; null if nobody's does
   * @return null if there are no more
   */
  final @Nullable T loser(@Nullable T winner) {
    coming = false;
    T current = newest;
    if (current != winner) {
      newest = winner;
      if (winner != null && overtaken != null) {
        overtaken.remove(winner);
      }
      if (current != null) {
        return current;
      }
    }
    return overtaken == null || overtaken.isEmpty() ? null : overtaken.removeLast();
  }
}
