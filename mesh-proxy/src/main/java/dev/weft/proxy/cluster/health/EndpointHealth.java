package dev.weft.proxy.cluster.health;

/**
 * What the answers of one endpoint have shown so far. It outlives Runtimes. Fields are written
 * under the lock of the endpoint's cluster, but for the counters, which all loops count.
 */
public final class EndpointHealth {
  final Streak fiveXx = new Streak();
  final Streak gateway = new Streak();
  final Streak localOrigin = new Streak();
  private volatile boolean ejected;
  private long ejectedAtNanos;
  private int times;

  /** Whether it is out of the balance now. */
  public boolean ejected() {
    return ejected;
  }

  void eject(long nowNanos) {
    ejected = true;
    ejectedAtNanos = nowNanos;
    times++;
  }

  void readmit() {
    ejected = false;
    fiveXx.reset();
    gateway.reset();
    localOrigin.reset();
  }

  long ejectedAtNanos() {
    return ejectedAtNanos;
  }

  /** How many ejections lie behind it, less one for each healthy interval. */
  int times() {
    return times;
  }

  void forgive() {
    times--;
  }

  boolean tracked() {
    return ejected || times > 0;
  }
}
