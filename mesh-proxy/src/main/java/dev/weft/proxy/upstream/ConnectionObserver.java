package dev.weft.proxy.upstream;

/**
 * Counts the connections of a cluster and may hold new ones back. Called on the loops of all pools,
 * at once; a connection keeps the observer it was opened with.
 */
public interface ConnectionObserver {
  /**
   * Whether one more may be opened now; if not, streams wait for those there are. Not asked for the
   * first connection a loop has to a target, so that every loop can make progress.
   */
  boolean mayOpen();

  /** A connection is being opened, and counts until {@link #closed}. */
  void opening();

  /** Another address of its endpoint is tried. */
  default void openingAnother() {}

  /** It can carry streams now. */
  void opened();

  /** It could not be opened; {@link #closed} follows. */
  void failed(ConnectFailure failure);

  /** Its endpoint left a PING unanswered; {@link #closed} follows. */
  default void unanswered() {}

  /** It has lived as long as it may, and takes no more streams. */
  default void worn() {}

  /** It is gone. */
  void closed();
}
