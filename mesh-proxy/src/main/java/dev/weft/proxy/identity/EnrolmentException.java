package dev.weft.proxy.identity;

import org.jspecify.annotations.Nullable;

/** No certificate was issued; the message says why and what to do. */
public final class EnrolmentException extends Exception {
  private static final long serialVersionUID = 1;

  public EnrolmentException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  public EnrolmentException(String message) {
    super(message);
  }
}
