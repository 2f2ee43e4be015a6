package dev.weft.proxy.filter;

/** What a filter decides on the head of a message. */
public sealed interface Verdict {
  /** Goes on with the next filter. */
  Verdict CONTINUE = new Continue();

  /**
   * Holds the message until {@link FilterContext#resume}; its body waits, and its sender is slowed
   * down.
   */
  Verdict PAUSE = new Pause();

  /** See {@link #CONTINUE}. */
  record Continue() implements Verdict {}

  /** See {@link #PAUSE}. */
  record Pause() implements Verdict {}

  /**
   * Answers the client instead; only for requests.
   *
   * @param status 200..599
   * @param details for logs, without blanks
   */
  record Reply(int status, String body, String details) implements Verdict {}
}
