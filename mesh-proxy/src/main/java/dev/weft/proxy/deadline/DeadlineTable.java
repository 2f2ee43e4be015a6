package dev.weft.proxy.deadline;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of requests under way, by an id that is handed on to the requests which are made
 * for them. Of several with one id the longest counts, and it counts as long as any of them is
 * under way; one without a deadline is longer than all others. Where none was answered, because
 * their callers hung up or ran out of time, they are known for a while after their deadline, so
 * that what is still begun for them can be refused.
 *
 * <p>It errs on one side only: a request may be given more time than is left, never less. What
 * finds no room is not known; as long as it is under way nothing is said of any id, which might be
 * its own. No I/O, no clock, not safe for use by several threads; times are those of {@link
 * System#nanoTime}.
 */
final class DeadlineTable {
  /** What is said of an id that has no deadline, or is not known. */
  static final long NONE = Long.MAX_VALUE;

  /** A deadline that is none. */
  static final long UNBOUNDED = Long.MAX_VALUE;

  /** Requests with one id, from a time when none was under way on. */
  static final class Entry {
    private final String id;
    private int underWay;
    private boolean bounded = true;
    private boolean answered;
    private long longest;

    /** Until when it is known, once nothing is under way any more. */
    private long until;

    private Entry(String id, long longest) {
      this.id = id;
      this.longest = longest;
    }
  }

  private final int most;
  private final long afterNanos;
  private final Map<String, Entry> entries = new HashMap<>();

  /** Over without an answer, the oldest first; some may have had successors since. */
  private final Queue<Entry> unanswered = new ArrayDeque<>();

  /** How many requests are under way that found no room. */
  private int unknown;

  /**
   * @param most ids that are known at once
   * @param afterNanos how long what was not answered is known after its deadline
   */
  DeadlineTable(int most, long afterNanos) {
    this.most = most;
    this.afterNanos = afterNanos;
  }

  /**
   * A request begins.
   *
   * @param deadline {@link #UNBOUNDED} for none
   * @return for {@link #end}; null where there was no room
   */
  @Nullable Entry begin(String id, long deadline, long now) {
    Entry entry = entries.get(id);
    if (entry == null || entry.underWay == 0) {
      entry = fresh(id, entry == null ? deadline : entry.longest, now);
    }
    if (entry == null) {
      unknown++;
      return null;
    }
    entry.underWay++;
    if (deadline == UNBOUNDED) {
      entry.bounded = false;
    } else if (deadline - entry.longest > 0) {
      entry.longest = deadline;
    }
    return entry;
  }

  private @Nullable Entry fresh(String id, long longest, long now) {
    entries.remove(id);
    while (!unanswered.isEmpty()
        && (unanswered.element().until - now <= 0 || entries.size() >= most)) {
      forgetFirst();
    }
    if (entries.size() >= most) {
      return null;
    }
    Entry entry = new Entry(id, longest);
    entries.put(id, entry);
    return entry;
  }

  private void forgetFirst() {
    Entry first = unanswered.remove();
    entries.remove(first.id, first);
  }

  /**
   * A request is over.
   *
   * @param entry of its beginning
   * @param answered whether its caller waited for the end
   */
  void end(@Nullable Entry entry, boolean answered, long now) {
    if (entry == null) {
      unknown--;
      return;
    }
    entry.underWay--;
    entry.answered |= answered;
    if (entry.underWay > 0) {
      return;
    }
    if (entry.answered || !entry.bounded) {
      entries.remove(entry.id);
      return;
    }
    if (unanswered.size() >= most) {
      forgetFirst();
    }
    entry.until = now + Math.max(0, entry.longest - now) + afterNanos;
    unanswered.add(entry);
  }

  /**
   * What is left to a request that is made with an id, in nanoseconds: 0 if its time is over,
   * {@link #NONE} if there is no deadline.
   */
  long left(String id, long now) {
    Entry entry = unknown > 0 ? null : entries.get(id);
    if (entry == null || !entry.bounded || entry.underWay == 0 && entry.until - now <= 0) {
      return NONE;
    }
    return Math.max(0, entry.longest - now);
  }

  /** How many ids are known. */
  int size() {
    return entries.size();
  }
}
