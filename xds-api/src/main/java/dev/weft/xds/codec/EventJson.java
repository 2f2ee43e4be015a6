package dev.weft.xds.codec;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;

/** Events as logs have them: JSON with all fields of the message that are not messages. */
final class EventJson {
  private static final JsonFormat.Printer JSON =
      JsonFormat.printer()
          .preservingProtoFieldNames()
          .omittingInsignificantWhitespace()
          .alwaysPrintFieldsWithNoPresence();

  private EventJson() {}

  /** The event as a line, without its end. */
  static String print(Message event) {
    try {
      return JSON.print(event);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("an event without Any has a JSON form", e);
    }
  }
}
