/**
 * Spans of requests as Envoy makes them: what a request's headers say of its trace, what its span
 * and those of its tries are called and say. Where they go is {@code otlp}'s.
 */
@NullMarked
package dev.weft.proxy.tracing;

import org.jspecify.annotations.NullMarked;
