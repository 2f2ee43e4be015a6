package dev.weft.proxy.http1;

/** Bytes that are no valid message; the connection cannot go on. */
final class Http1Exception extends Exception {
  private static final long serialVersionUID = 1L;

  private final int status;

  /**
   * @param status what a server answers
   */
  Http1Exception(int status, String detail) {
    // Bad input is no reason to walk the stack.
    super(detail, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }
}
