package dev.weft.proxy.tracing;

/**
 * What the spans of a connection manager are like, and where they go.
 *
 * @param outbound whether the requests go out
 * @param ofTries whether each try has a span of its own
 * @param maxPathLength bytes of a path in {@code http.url}
 */
record SpanPlan(
    boolean outbound,
    boolean ofTries,
    boolean verbose,
    int maxPathLength,
    SpanTags tags,
    SpanOrigin origin,
    SpanSink sink) {}
