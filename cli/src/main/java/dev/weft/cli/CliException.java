package dev.weft.cli;

import org.jspecify.annotations.Nullable;

/**
 * A command cannot do what it was asked; the message says what, where and what to do, in lines for
 * the terminal.
 */
final class CliException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CliException(String message) {
    this(message, null);
  }

  CliException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
