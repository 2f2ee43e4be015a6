package dev.weft.proxy.tracing;

import java.util.List;
import java.util.Map;

/**
 * A span that has ended; times are nanoseconds since 1970.
 *
 * @param traceHigh the first half of the trace's id
 * @param traceLow the second half
 * @param parent 0 for none
 * @param remoteParent whether another process made the parent
 * @param state what others keep in the trace, may be empty
 * @param attributes in the order in which they were set
 * @param failed whether it counts as an error
 */
public record SpanData(
    long traceHigh,
    long traceLow,
    long id,
    long parent,
    boolean remoteParent,
    String state,
    String name,
    boolean client,
    long startNanos,
    long endNanos,
    Map<String, String> attributes,
    List<Event> events,
    boolean failed) {

  /** Something that happened. */
  public record Event(String name, long nanos) {}
}
