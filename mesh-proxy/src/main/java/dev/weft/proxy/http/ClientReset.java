package dev.weft.proxy.http;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.ResetReason;

/** What logs say of an exchange that its client ended before its time. */
final class ClientReset {
  private static final int BAD_REQUEST = 400;
  private static final int HEADERS_TOO_LARGE = 431;

  private ClientReset() {}

  /**
   * Notes how the request ended.
   *
   * @param answering whether an answer has begun
   */
  static void note(ExchangeRecord record, ResetReason reason, boolean http2, boolean answering) {
    if (reason == ResetReason.MALFORMED || reason == ResetReason.FIELDS_TOO_LARGE) {
      record.flag(ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR);
      record.details = http2 ? "http2.violation.of.messaging.rule" : "http1.codec_error";
      if (!http2 && !answering) {
        // As the codec answers.
        record.status = reason == ResetReason.MALFORMED ? BAD_REQUEST : HEADERS_TOO_LARGE;
      }
    } else if (http2 && reason != ResetReason.CONNECTION_LOST) {
      record.flag(ResponseFlag.DOWNSTREAM_RESET);
      record.details = "http2.remote_reset";
    } else {
      record.flag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
      record.details = "downstream_remote_disconnect";
    }
  }
}
