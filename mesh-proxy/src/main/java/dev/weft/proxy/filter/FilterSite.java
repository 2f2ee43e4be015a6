package dev.weft.proxy.filter;

import dev.weft.proxy.telemetry.HttpStats;
import dev.weft.xds.model.HttpConnectionManager;

/**
 * Where a filter is compiled for.
 *
 * @param manager the connection manager it belongs to
 * @param stats that manager's counts
 */
public record FilterSite(HttpConnectionManager manager, HttpStats stats) {}
