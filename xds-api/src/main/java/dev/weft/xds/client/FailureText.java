package dev.weft.xds.client;

import java.nio.channels.ClosedChannelException;

/** What a failure is for whoever reads it in a log: what failed, and why underneath. */
final class FailureText {
  private static final int DEEPEST = 16;

  private FailureText() {}

  /** The message, followed by that of the root cause where it does not say so itself. */
  static String of(Throwable failure) {
    Throwable root = failure;
    for (int depth = 0; depth < DEEPEST && root.getCause() != null; depth++) {
      root = root.getCause();
    }
    String what = text(failure);
    String why = text(root);
    return what.contains(why) ? what : what + ": " + why;
  }

  private static String text(Throwable failure) {
    // Netty's come without a message, and their names are no help
    if (failure instanceof ClosedChannelException) {
      return "the other side closed the connection";
    }
    String message = failure.getMessage();
    return message == null || message.isBlank() ? failure.toString() : message;
  }
}
