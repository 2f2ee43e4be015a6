package dev.weft.proxy.stream;

/**
 * Why a stream ended before its time.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#section-7">RFC 9113, section 7</a>
 */
public enum ResetReason {
  NO_ERROR(0x0),
  PROTOCOL_ERROR(0x1),
  INTERNAL_ERROR(0x2),
  FLOW_CONTROL_ERROR(0x3),
  /** Provably not processed; safe to try again. */
  REFUSED_STREAM(0x7),
  CANCEL(0x8),
  ENHANCE_YOUR_CALM(0xb),
  HTTP_1_1_REQUIRED(0xd),
  /** What the peer sent was no valid message, found out here; sent as PROTOCOL_ERROR. */
  MALFORMED(0x1),
  /** The trailers that the peer sent exceed a bound of here; sent as PROTOCOL_ERROR. */
  FIELDS_TOO_LARGE(0x1),
  /** The connection closed or broke; sent as CANCEL. */
  CONNECTION_LOST(0x8),
  /**
   * A connection that had been idle in the pool closed before a byte of the answer came: most
   * likely not processed, but not provably so; safe to try again where the method is idempotent.
   * Sent as CANCEL.
   */
  STALE_CONNECTION(0x8),
  /**
   * Bytes went both ways for as long as they may: a connection that carries nothing else ends in
   * good order. Sent as CANCEL.
   */
  EXPIRED(0x8),
  /** An HTTP/2 code without a constant here; sent as INTERNAL_ERROR. */
  OTHER(0x2);

  private final int code;

  ResetReason(int code) {
    this.code = code;
  }

  /** The HTTP/2 error code to send for it. */
  public int http2Code() {
    return code;
  }

  /** The reason for a received HTTP/2 error code. */
  public static ResetReason ofHttp2Code(long code) {
    for (ResetReason reason : values()) {
      if (reason.code == code && reason.isCode()) {
        return reason;
      }
    }
    return OTHER;
  }

  /** Whether it stands for its code when that is received, and not for what happened here. */
  private boolean isCode() {
    return switch (this) {
      case MALFORMED, FIELDS_TOO_LARGE, CONNECTION_LOST, STALE_CONNECTION, EXPIRED, OTHER -> false;
      default -> true;
    };
  }
}
