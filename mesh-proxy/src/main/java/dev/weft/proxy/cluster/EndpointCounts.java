package dev.weft.proxy.cluster;

import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.xds.model.StatText;
import io.netty.util.NetUtil;
import java.net.InetSocketAddress;
import java.util.List;

/** What becomes of requests and connections at one endpoint, by Envoy's names. From any thread. */
final class EndpointCounts {
  private final String cluster;
  private final String address;
  final Counter connections;
  final Counter connectionsActive;
  final Counter connectFailures;
  final Counter requests;
  final Counter active;
  final Counter pending;
  final Counter successes;
  final Counter errors;
  final Counter timeouts;
  private final Counter healthy;
  private boolean wasHealthy;

  /**
   * @param cluster its name in statistics
   */
  EndpointCounts(Telemetry telemetry, String cluster, InetSocketAddress address) {
    this.cluster = cluster;
    this.address = NetUtil.toSocketAddressString(address);
    this.connections = counter(telemetry, "cx_total", false);
    this.connectionsActive = counter(telemetry, "cx_active", true);
    this.connectFailures = counter(telemetry, "cx_connect_fail", false);
    this.requests = counter(telemetry, "rq_total", false);
    this.active = counter(telemetry, "rq_active", true);
    this.pending = counter(telemetry, "rq_pending_active", true);
    this.successes = counter(telemetry, "rq_success", false);
    this.errors = counter(telemetry, "rq_error", false);
    this.timeouts = counter(telemetry, "rq_timeout", false);
    this.healthy = counter(telemetry, "healthy", true);
  }

  /** The same endpoint goes by what it is counted as already. */
  boolean isOf(String name, InetSocketAddress other) {
    return cluster.equals(name) && address.equals(NetUtil.toSocketAddressString(other));
  }

  private Counter counter(Telemetry telemetry, String name, boolean gauge) {
    return telemetry.counter(
        new StatName(
            "cluster." + cluster + ".endpoint." + StatText.of(address) + "." + name,
            "envoy_cluster_endpoint_" + name,
            List.of("envoy_cluster_name", cluster, "envoy_endpoint_address", address),
            gauge));
  }

  /** Whether requests are sent to it. */
  synchronized void healthy(boolean now) {
    if (now != wasHealthy) {
      wasHealthy = now;
      if (now) {
        healthy.increment();
      } else {
        healthy.decrement();
      }
    }
  }

  /** An answer came. */
  void answered(int status) {
    (status >= 500 ? errors : successes).increment();
  }
}
