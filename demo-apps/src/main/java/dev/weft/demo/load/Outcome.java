package dev.weft.demo.load;

/** How a call ended. */
sealed interface Outcome {
  /**
   * Every byte of the answer was right; {@code servedBy} and {@code version} are empty where no
   * instance names itself.
   */
  record Right(String servedBy, String version) implements Outcome {}

  /**
   * The call failed or its answer was wrong.
   *
   * @param servedBy the instance whose answer had begun; empty if none had, so that a retry could
   *     have saved the call
   */
  record Wrong(String reason, String servedBy) implements Outcome {}

  /** Is told once. */
  @FunctionalInterface
  interface Listener {
    void ended(Outcome outcome);
  }
}
