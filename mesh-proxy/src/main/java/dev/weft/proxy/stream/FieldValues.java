package dev.weft.proxy.stream;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The values of a field that may stand on several lines. */
public final class FieldValues {
  private FieldValues() {}

  /**
   * All values in the order of their lines with commas between, as RFC 9110 (section 5.3) has it;
   * null without the field.
   */
  public static @Nullable CharSequence joined(Http2Headers headers, AsciiString name) {
    return joined(headers, name, true);
  }

  /** The same without what lines without a value would leave, as of lists that proxies add to. */
  public static @Nullable CharSequence listed(Http2Headers headers, AsciiString name) {
    return joined(headers, name, false);
  }

  private static @Nullable CharSequence joined(
      Http2Headers headers, AsciiString name, boolean empty) {
    Iterator<CharSequence> values = headers.valueIterator(name);
    if (!values.hasNext()) {
      return null;
    }
    CharSequence first = values.next();
    if (!values.hasNext()) {
      return first;
    }
    // The iterator goes from the last line to the first.
    return headers.getAll(name).stream()
        .filter(value -> empty || !value.isEmpty())
        .collect(Collectors.joining(","));
  }

  /**
   * A list with one entry more.
   *
   * @param list null or empty where there is none yet
   */
  public static CharSequence with(
      @Nullable CharSequence list, String separator, CharSequence entry) {
    return list == null || list.isEmpty() ? entry : list + separator + entry;
  }
}
