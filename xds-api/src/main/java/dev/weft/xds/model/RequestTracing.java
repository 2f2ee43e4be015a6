package dev.weft.xds.model;

import org.jspecify.annotations.Nullable;

/**
 * How the requests of a connection manager are traced ({@code HttpConnectionManager.Tracing}).
 *
 * @param sampling which requests have their ids marked as traced
 * @param spans what is told of those; null where ids are marked and nothing else
 */
public record RequestTracing(TraceSampling sampling, @Nullable SpanSettings spans) {}
