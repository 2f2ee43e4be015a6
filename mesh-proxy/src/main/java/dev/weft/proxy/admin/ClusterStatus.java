package dev.weft.proxy.admin;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.config.Runtime;
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
              cluster.members().forEach(member -> host(member, hosts.addObject()));
            });
    return json;
  }

  private static void host(Member<ActiveEndpoint> member, ObjectNode out) {
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
    health.put("failed_outlier_check", endpoint.ejected());
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
        text.append(lead)
            .append("health_flags::")
            .append(endpoint.ejected() ? "/failed_outlier_check" : "healthy")
            .append('\n');
        text.append(lead).append("weight::").append(member.weight()).append('\n');
        text.append(lead).append("priority::").append(member.priority()).append('\n');
      }
    }
    return text.toString();
  }
}
