package dev.weft.proxy.tracing;

import dev.weft.proxy.stream.FieldValues;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A place in a trace, as headers carry it.
 *
 * @param high the first half of the trace's id
 * @param low the second half; not both are 0
 * @param span the id of the span; 0 for none
 * @param state what others keep in the trace, may be empty
 * @see <a href="https://www.w3.org/TR/trace-context/">W3C Trace Context</a>
 */
record TraceContext(long high, long low, long span, boolean sampled, String state) {
  /** What a request says that has no place that could be gone on from. */
  static final TraceContext UNREADABLE = new TraceContext(0, 0, 0, false, "");

  private static final AsciiString PARENT = AsciiString.cached("traceparent");
  private static final AsciiString STATE = AsciiString.cached("tracestate");
  private static final HexFormat HEX = HexFormat.of();
  private static final int LENGTH = 55;
  private static final int TRACE = 3;
  private static final int SPAN = 36;
  private static final int FLAGS = 53;
  private static final int HALF = 16;

  /** What a request says; null if nothing, {@link #UNREADABLE} if nothing that counts. */
  static @Nullable TraceContext read(Http2Headers request) {
    CharSequence parent = request.get(PARENT);
    if (parent == null) {
      return null;
    }
    if (parent.length() != LENGTH
        || parent.charAt(TRACE - 1) != '-'
        || parent.charAt(SPAN - 1) != '-'
        || parent.charAt(FLAGS - 1) != '-'
        || !hex(parent, 0, TRACE - 1)
        || !hex(parent, TRACE, SPAN - 1)
        || !hex(parent, SPAN, FLAGS - 1)
        || !hex(parent, FLAGS, LENGTH)) {
      return UNREADABLE;
    }
    long high = HexFormat.fromHexDigitsToLong(parent, TRACE, TRACE + HALF);
    long low = HexFormat.fromHexDigitsToLong(parent, TRACE + HALF, SPAN - 1);
    long span = HexFormat.fromHexDigitsToLong(parent, SPAN, FLAGS - 1);
    if (high == 0 && low == 0 || span == 0) {
      return UNREADABLE;
    }
    boolean sampled = (HexFormat.fromHexDigits(parent, FLAGS, LENGTH) & 1) == 1;
    CharSequence state = FieldValues.joined(request, STATE);
    return new TraceContext(high, low, span, sampled, state == null ? "" : state.toString());
  }

  private static boolean hex(CharSequence text, int from, int to) {
    for (int i = from; i < to; i++) {
      if (!HexFormat.isHexDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  /** The same trace at another span. */
  TraceContext at(long other, boolean recorded) {
    return new TraceContext(high, low, other, recorded, state);
  }

  /** Puts it into a request, in place of what is there. */
  void write(Http2Headers request) {
    request.set(PARENT, "00-" + trace() + "-" + HEX.toHexDigits(span) + (sampled ? "-01" : "-00"));
    request.set(STATE, state);
  }

  /** The span's id, 16 hexadecimal digits. */
  String id() {
    return HEX.toHexDigits(span);
  }

  /** The trace's id, 32 hexadecimal digits. */
  String trace() {
    return HEX.toHexDigits(high) + HEX.toHexDigits(low);
  }
}
