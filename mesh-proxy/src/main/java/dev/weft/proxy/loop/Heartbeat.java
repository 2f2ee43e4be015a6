package dev.weft.proxy.loop;

/**
 * Tells from what is seen of a loop now and then whether it is blocked: it is asked for a sign of
 * life only when it has something to do, so that an idle loop sleeps on. Pure; confined to the
 * thread that looks, but for {@link #answer}.
 */
final class Heartbeat {
  /** What to do about the loop. */
  enum Step {
    /** Nothing. */
    REST,
    /** Ask it for a sign of life: have it call {@link #answer}. */
    ASK,
    /** It is blocked; say so. Once for each block. */
    MISSED,
    /** It has been blocked for a second; say so again. */
    MISSED_LONG
  }

  static final long BLOCKED_NANOS = 50_000_000;
  static final long LONG_NANOS = 1_000_000_000;

  /** What answering and going back to sleep costs; less is no sign of work. */
  private static final long OWN_NANOS = 200_000;

  private volatile boolean asked;
  private long waited;
  private long cpu;
  private long cpuAtAsking;
  private boolean waiting;

  /**
   * The loop was looked at.
   *
   * @param elapsedNanos since it was looked at last, without time in which nobody could run
   * @param cpuNanos what its thread has used since it began
   * @param parked whether its thread waits for something other than the network
   */
  Step look(long elapsedNanos, long cpuNanos, boolean parked) {
    long used = cpuNanos - cpu;
    cpu = cpuNanos;
    if (!asked) {
      waited = 0;
      if (used <= OWN_NANOS && !parked) {
        return Step.REST;
      }
      cpuAtAsking = cpuNanos;
      waiting = true;
      asked = true;
      return Step.ASK;
    }
    waiting &= parked;
    long before = waited;
    waited += elapsedNanos;
    if (before < LONG_NANOS && waited >= LONG_NANOS) {
      return Step.MISSED_LONG;
    }
    return before < BLOCKED_NANOS && waited >= BLOCKED_NANOS ? Step.MISSED : Step.REST;
  }

  /** The loop is alive. On the loop. */
  void answer() {
    asked = false;
  }

  /** Whether it was parked whenever it was looked at since it was asked. */
  boolean waiting() {
    return waiting;
  }

  /** How long the loop has owed its sign of life, in nanoseconds. */
  long waitedNanos() {
    return waited;
  }

  /** How much of that its thread spent on the CPU, in nanoseconds. */
  long usedNanos() {
    return cpu - cpuAtAsking;
  }
}
