package dev.weft.xds.model;

/**
 * Tries of a request beside each other ({@code envoy.config.route.v3.HedgePolicy}).
 *
 * @param onPerTryTimeout whether a try that takes longer than the retry policy's {@code
 *     per_try_timeout} goes on beside the next
 */
public record HedgePolicy(boolean onPerTryTimeout) {}
