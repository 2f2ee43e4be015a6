package dev.weft.proxy.upstream;

/** A stream that is still waiting for its connection. */
public interface Waiting {
  /** Nothing is waited for: the answer was given already. */
  Waiting DONE = () -> {};

  /** Stops waiting; no call follows. After the answer it does nothing. */
  void cancel();
}
