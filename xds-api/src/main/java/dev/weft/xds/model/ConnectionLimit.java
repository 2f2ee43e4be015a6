package dev.weft.xds.model;

import java.time.Duration;

/**
 * How many connections a chain may have ({@code
 * envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit}).
 *
 * @param statPrefix of its statistics
 * @param maxConnections at least 1
 * @param delay how long a connection that exceeds it stays open without being served, in whole
 *     milliseconds; zero closes it at once
 * @param enabled whether connections are counted and limited at all
 */
public record ConnectionLimit(
    String statPrefix, long maxConnections, Duration delay, boolean enabled) {}
