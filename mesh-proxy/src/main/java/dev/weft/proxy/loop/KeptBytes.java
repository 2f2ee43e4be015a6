package dev.weft.proxy.loop;

/**
 * How much the requests of one event loop may hold of their bodies, waiting for an endpoint or kept
 * for another try. Taken from what all loops share, some at a time, so that loops rarely meet
 * there. Confined to its loop.
 */
public final class KeptBytes {
  private final BodyBudget shared;
  private final int some;
  private long left;

  /**
   * @param shared of all loops
   * @param some how much a loop takes at once, and may have to spare
   */
  public KeptBytes(BodyBudget shared, int some) {
    this.shared = shared;
    this.some = some;
  }

  /** Whether so many more may be held; they are to be given back. */
  public boolean take(int bytes) {
    long missing = bytes - left;
    if (missing > 0) {
      long more = Math.max(missing, some);
      if (shared.take(more)) {
        left += more;
      } else if (shared.take(missing)) {
        left += missing;
      } else {
        return false;
      }
    }
    left -= bytes;
    return true;
  }

  /** Gives back what was taken. */
  public void give(int bytes) {
    left += bytes;
    if (left > 2L * some) {
      shared.give(left - some);
      left = some;
    }
  }
}
