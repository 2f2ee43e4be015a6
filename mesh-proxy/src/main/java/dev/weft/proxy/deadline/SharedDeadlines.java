package dev.weft.proxy.deadline;

import dev.weft.proxy.deadline.DeadlineTable.Entry;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of all requests under way that came for an application, for the requests that it
 * makes for them, which may go by another event loop. What nobody waits for any more is known for
 * 10 s after its deadline. Safe for use from any thread; a call holds one of several locks for as
 * long as one look into a table takes.
 *
 * <p>Up to 16,384 ids of up to 128 characters are known at once. At the bound a request is not
 * known, which only makes deadlines less strict.
 */
public final class SharedDeadlines {
  /** What is said of an id that has no deadline, or is not known. */
  public static final long NONE = DeadlineTable.NONE;

  /** A deadline that is none. */
  public static final long UNBOUNDED = DeadlineTable.UNBOUNDED;

  private static final int TABLES = 16;
  private static final int MOST_EACH = 1024;
  private static final int LONGEST_ID = 128;
  private static final long AFTER_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final DeadlineTable[] tables = new DeadlineTable[TABLES];

  public SharedDeadlines() {
    for (int i = 0; i < TABLES; i++) {
      tables[i] = new DeadlineTable(MOST_EACH, AFTER_NANOS);
    }
  }

  /** A request that is under way; to be ended once. */
  public static final class UnderWay {
    private final DeadlineTable table;
    private final @Nullable Entry entry;

    private UnderWay(DeadlineTable table, @Nullable Entry entry) {
      this.table = table;
      this.entry = entry;
    }

    /**
     * It is over, now.
     *
     * @param answered whether its caller waited for the end
     */
    public void end(boolean answered, long nowNanos) {
      synchronized (table) {
        table.end(entry, answered, nowNanos);
      }
    }
  }

  /**
   * A request begins.
   *
   * @param deadlineNanos by {@link System#nanoTime}, {@link #UNBOUNDED} for none
   * @return null where its id is too long to be known
   */
  public @Nullable UnderWay begin(CharSequence id, long deadlineNanos, long nowNanos) {
    if (id.length() > LONGEST_ID) {
      return null;
    }
    String key = id.toString();
    DeadlineTable table = table(key);
    synchronized (table) {
      return new UnderWay(table, table.begin(key, deadlineNanos, nowNanos));
    }
  }

  /**
   * What is left to a request that is made with an id, in nanoseconds: 0 if its time is over,
   * {@link #NONE} if there is no deadline.
   */
  public long left(CharSequence id, long nowNanos) {
    if (id.length() > LONGEST_ID) {
      return NONE;
    }
    String key = id.toString();
    DeadlineTable table = table(key);
    synchronized (table) {
      return table.left(key, nowNanos);
    }
  }

  private DeadlineTable table(String key) {
    int hash = key.hashCode();
    return tables[(hash ^ hash >>> 16 ^ hash >>> 8) & TABLES - 1];
  }
}
