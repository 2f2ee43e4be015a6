package dev.weft.xds.model;

/**
 * Which requests have their ids marked as traced (the same fields of {@code
 * HttpConnectionManager.Tracing} and {@code envoy.config.route.v3.Tracing}).
 *
 * @param client of those with {@code x-client-trace-id}
 * @param random of those that nobody asked to be traced
 * @param overall of those that would be traced
 */
public record TraceSampling(Fraction client, Fraction random, Fraction overall) {}
