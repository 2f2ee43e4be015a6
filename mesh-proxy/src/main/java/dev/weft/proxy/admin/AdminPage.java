package dev.weft.proxy.admin;

import io.vertx.core.MultiMap;

/**
 * What is answered under a path. Answers are made on worker threads.
 *
 * @param changes whether it changes something, and so needs POST
 */
public record AdminPage(String path, boolean changes, Answer answer) {
  /** Makes an answer. */
  @FunctionalInterface
  public interface Answer {
    /** The answer to a request with these query parameters. */
    Reply to(MultiMap query) throws Exception;
  }

  /** Status, type and text. */
  public record Reply(int status, String contentType, String body) {
    /** Plain text. */
    public static Reply text(int status, String body) {
      return new Reply(status, "text/plain; charset=UTF-8", body);
    }

    /** JSON. */
    public static Reply json(String body) {
      return new Reply(200, "application/json", body);
    }
  }

  /** A page to look at. */
  public static AdminPage of(String path, Answer answer) {
    return new AdminPage(path, false, answer);
  }

  /** A page that changes something. */
  public static AdminPage changing(String path, Answer answer) {
    return new AdminPage(path, true, answer);
  }
}
