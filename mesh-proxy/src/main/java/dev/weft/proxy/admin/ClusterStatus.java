package dev.weft.proxy.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.config.Runtime;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import java.net.InetSocketAddress;
import java.util.TreeMap;

/** Shows clusters and their endpoints, by Envoy's names. */
record ClusterStatus(Runtime runtime) {

  ObjectNode json() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    ArrayNode statuses = json.putArray("cluster_statuses");
    new TreeMap<>(runtime.clusters())
        .values()
        .forEach(
            cluster -> {
              ObjectNode status = statuses.addObject();
              status.put("name", cluster.name());
              ArrayNode hosts = status.putArray("host_statuses");
              cluster.members().forEach(member -> host(cluster, member, hosts.addObject()));
            });
    return json;
  }

  private static void host(ActiveCluster cluster, Member<ActiveEndpoint> member, ObjectNode out) {
    ActiveEndpoint endpoint = member.endpoint();
    InetSocketAddress address = endpoint.address();
    ObjectNode socket = out.putObject("address").putObject("socket_address");
    socket.put("address", address.getAddress().getHostAddress());
    socket.put("port_value", address.getPort());
    ObjectNode active = out.putArray("stats").addObject();
    active.put("name", "rq_active");
    active.put("value", Integer.toString(endpoint.activeRequests()));
    active.put("type", "GAUGE");
    ObjectNode health = out.putObject("health_status");
    health.put("eds_health_status", member.health().name());
    health.put("failed_active_health_check", endpoint.failing());
    health.put("failed_outlier_check", endpoint.ejected());
    health.put("failed_active_degraded_check", endpoint.degraded());
    health.put("pending_dynamic_removal", cluster.isLeaving(endpoint));
    health.put("pending_active_hc", endpoint.checks().unchecked());
    health.put("excluded_via_immediate_hc_fail", endpoint.checks().excluded());
    health.put("active_hc_timeout", endpoint.checks().late());
    out.put("weight", member.weight());
    out.put("priority", member.priority());
  }

  String text() {
    StringBuilder text = new StringBuilder();
    for (ActiveCluster cluster : new TreeMap<>(runtime.clusters()).values()) {
      for (Member<ActiveEndpoint> member : cluster.members()) {
        ActiveEndpoint endpoint = member.endpoint();
        String lead =
            cluster.name()
                + "::"
                + endpoint.address().getAddress().getHostAddress()
                + ":"
                + endpoint.address().getPort()
                + "::";
        text.append(lead).append("rq_active::").append(endpoint.activeRequests()).append('\n');
        text.append(lead).append("health_flags::").append(flags(cluster, member)).append('\n');
        text.append(lead).append("weight::").append(member.weight()).append('\n');
        text.append(lead).append("priority::").append(member.priority()).append('\n');
      }
    }
    return text.toString();
  }

  /** As Envoy writes them, in its order. */
  private static String flags(ActiveCluster cluster, Member<ActiveEndpoint> member) {
    ActiveEndpoint endpoint = member.endpoint();
    HealthStatus said = member.health();
    StringBuilder flags = new StringBuilder();
    flag(flags, endpoint.failing(), "failed_active_hc");
    flag(flags, endpoint.ejected(), "failed_outlier_check");
    flag(
        flags, said == HealthStatus.UNHEALTHY || said == HealthStatus.TIMEOUT, "failed_eds_health");
    flag(flags, endpoint.degraded(), "degraded_active_hc");
    flag(flags, said == HealthStatus.DEGRADED, "degraded_eds_health");
    flag(flags, cluster.isLeaving(endpoint), "pending_dynamic_removal");
    flag(flags, endpoint.checks().unchecked(), "pending_active_hc");
    flag(flags, endpoint.checks().excluded(), "excluded_via_immediate_hc_fail");
    flag(flags, endpoint.checks().late(), "active_hc_timeout");
    flag(flags, said == HealthStatus.DRAINING, "eds_status_draining");
    return flags.isEmpty() ? "healthy" : flags.toString();
  }

  private static void flag(StringBuilder flags, boolean set, String name) {
    if (set) {
      flags.append('/').append(name);
    }
  }
}
