package dev.weft.proxy.telemetry;

import java.util.List;

/**
 * A count of a filter by the two names that Envoy has for it.
 *
 * @param plain {@code http.PREFIX.fault.aborts_injected}
 * @param prometheus {@code envoy_http_fault_aborts_injected}
 * @param labels names and values in turn
 * @param gauge whether it goes down, too
 */
public record StatName(String plain, String prometheus, List<String> labels, boolean gauge) {
  public StatName {
    labels = List.copyOf(labels);
  }

  /** A count of a connection manager's filter. */
  public static StatName http(String manager, String name) {
    return new StatName(
        "http." + manager + "." + name,
        "envoy_http_" + name.replace('.', '_'),
        List.of("envoy_http_conn_manager_prefix", manager),
        false);
  }

  /** The same as something that goes down, too. */
  public StatName asGauge() {
    return new StatName(plain, prometheus, labels, true);
  }
}
