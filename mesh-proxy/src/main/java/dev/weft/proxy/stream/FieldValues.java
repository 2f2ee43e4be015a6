package dev.weft.proxy.stream;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The values of a field that may stand on several lines. */
public final class FieldValues {
  private FieldValues() {}

  /**
   * All values in the order of their lines with commas between, as RFC 9110 (section 5.3) has it;
   * null without the field.
   */
  public static @Nullable CharSequence joined(Http2Headers headers, AsciiString name) {
    Iterator<CharSequence> values = headers.valueIterator(name);
    if (!values.hasNext()) {
      return null;
    }
    CharSequence first = values.next();
    if (!values.hasNext()) {
      return first;
    }
    // The iterator goes from the last line to the first.
    return String.join(",", headers.getAll(name));
  }
}
