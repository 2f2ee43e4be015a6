package dev.weft.proxy.upstream;

/**
 * Which of several addresses are tried at what time (RFC 8305, section 5): one after the other, the
 * next when the last has taken 300 ms or any has failed; the first that is connected wins. It has
 * neither sockets nor a clock.
 */
final class ConnectRace {
  /** Nothing is to be tried now. */
  static final int NONE = -1;

  /** As in Envoy; RFC 8305 recommends 250 ms. */
  static final long APART_NANOS = 300_000_000;

  private final int addresses;
  private int begun;
  private int failed;
  private long due;
  private boolean over;

  /**
   * @param addresses how many there are; above 0
   */
  ConnectRace(int addresses) {
    this.addresses = addresses;
  }

  /**
   * The address to be tried now, by its number; to be asked again until it is {@link #NONE}.
   *
   * @param now in nanoseconds, of any origin
   */
  int next(long now) {
    boolean mayBegin = begun == failed || now - due >= 0;
    if (over || begun == addresses || !mayBegin) {
      return NONE;
    }
    due = now + APART_NANOS;
    return begun++;
  }

  /** How long until there is a next one if none fails; negative where there is no other. */
  long untilNext(long now) {
    return over || begun == addresses ? -1 : Math.max(0, due - now);
  }

  /**
   * One that was begun could not be connected.
   *
   * @return whether the race is lost with it
   */
  boolean onFailed(long now) {
    if (over) {
      return false;
    }
    failed++;
    due = now;
    over = failed == addresses;
    return over;
  }

  /** One that was begun is connected; whether it is the one that counts. */
  boolean onConnected() {
    boolean first = !over;
    over = true;
    return first;
  }

  /** Nothing counts any more. */
  void giveUp() {
    over = true;
  }
}
