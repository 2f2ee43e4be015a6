package dev.weft.proxy.filter;

import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.HttpStats;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.xds.model.HttpConnectionManager;

/**
 * Where a filter is compiled for.
 *
 * @param manager the connection manager it belongs to
 * @param stats that manager's counts
 * @param telemetry gives filters counts of their own
 */
public record FilterSite(HttpConnectionManager manager, HttpStats stats, Telemetry telemetry) {
  /** A count of the manager's filters, {@code fault.aborts_injected} say. */
  public Counter counter(String name) {
    return telemetry.counter(StatName.http(manager.statPrefix(), name));
  }

  /** The same for something that goes down, too. */
  public Counter gauge(String name) {
    return telemetry.counter(StatName.http(manager.statPrefix(), name).asGauge());
  }
}
