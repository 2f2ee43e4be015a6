package dev.weft.control.identity;

/** The identity service says no: why, in a sentence the caller may read, and of what kind. */
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  RefusedException(Kind kind, String message) {
    super(message, null, false, false);
    this.kind = kind;
  }

  /** What kind of refusal it is. */
  public Kind kind() {
    return kind;
  }

  /** Kinds of refusal; each has one gRPC status. */
  public enum Kind {
    /** The request itself is wrong, whoever sends it: INVALID_ARGUMENT. */
    BAD_REQUEST,
    /** The caller has not proved who it is: UNAUTHENTICATED. */
    UNAUTHENTICATED,
    /** The caller is known and asks for what is not its own: PERMISSION_DENIED. */
    FORBIDDEN,
    /** Too much at once; try again: RESOURCE_EXHAUSTED. */
    BUSY
  }
}
