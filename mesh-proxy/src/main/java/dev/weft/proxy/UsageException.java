package dev.weft.proxy;

/** The command line asks for what cannot be; the message names the argument. */
final class UsageException extends RuntimeException {
  private static final long serialVersionUID = 1;

  UsageException(String message) {
    super(message, null, false, false);
  }
}
