package dev.weft.proxy.config;

/** The one reference to the Runtime in force. */
public final class RuntimeHolder {
  private volatile Runtime current = Runtime.EMPTY;

  /** The Runtime in force; one volatile read. */
  public Runtime current() {
    return current;
  }

  /** Puts a complete Runtime in force, for every request that begins from now on. */
  public void publish(Runtime runtime) {
    current = runtime;
  }
}
