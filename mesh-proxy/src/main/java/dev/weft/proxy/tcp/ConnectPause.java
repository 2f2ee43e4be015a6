package dev.weft.proxy.tcp;

import dev.weft.xds.model.TcpProxy;
import java.util.random.RandomGenerator;

/** How long a relay waits before it tries to connect again. */
final class ConnectPause {
  private static final int MOST_DOUBLINGS = 30;

  private ConnectPause() {}

  /**
   * Below a bound that doubles with each failure.
   *
   * @param failures so far, in a row; above 0
   */
  static long millis(TcpProxy.Backoff backoff, int failures, RandomGenerator random) {
    long base = backoff.base().toMillis();
    long max = backoff.max().toMillis();
    int doublings = Math.min(failures - 1, MOST_DOUBLINGS);
    long bound = base > max >> doublings ? max : base << doublings;
    return random.nextLong(Math.max(1, bound));
  }
}
