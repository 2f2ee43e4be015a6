package dev.weft.control.store;

import org.jspecify.annotations.Nullable;

/** The database cannot do what was asked; the message says what, where and what to do. */
public final class DatabaseException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatabaseException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
