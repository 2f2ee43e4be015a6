package dev.weft.proxy.loop;

/**
 * How much the requests of one event loop may keep of their bodies for another try; beyond it
 * requests are sent once. Confined to its loop.
 */
public final class KeptBytes {
  private int left;

  /**
   * @param bytes of all requests together
   */
  public KeptBytes(int bytes) {
    left = bytes;
  }

  /** Whether so many more may be kept; they are to be given back. */
  public boolean take(int bytes) {
    if (bytes > left) {
      return false;
    }
    left -= bytes;
    return true;
  }

  /** Gives back what was taken. */
  public void give(int bytes) {
    left += bytes;
  }
}
