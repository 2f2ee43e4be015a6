package dev.weft.proxy.check;

import dev.weft.proxy.cluster.health.CheckedHealth.Outcome;

/**
 * Asks one endpoint, one question at a time. Confined to its loop; tells what came of it by {@link
 * Listener}, perhaps from within {@link #ask}.
 */
interface Probe {
  /** Asks; exactly one outcome follows, unless it is given up before. */
  void ask();

  /** The answer does not come in time: no outcome follows, and the connection is not used again. */
  void giveUp();

  /** The HTTP status of the last answer that was judged; 0 where it has none. */
  default int status() {
    return 0;
  }

  /** Nothing is asked any more. */
  void close();

  /** Is told what came of it. */
  @FunctionalInterface
  interface Listener {
    /**
     * An answer, or that there is none; one that nobody asked for is of a connection that broke.
     */
    void on(Outcome outcome);
  }
}
