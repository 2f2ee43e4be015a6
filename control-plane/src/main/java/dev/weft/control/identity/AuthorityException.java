package dev.weft.control.identity;

import org.jspecify.annotations.Nullable;

/** The certificate authority cannot work; the message says why and what the operator can do. */
public final class AuthorityException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AuthorityException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
