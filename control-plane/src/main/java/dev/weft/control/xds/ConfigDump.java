package dev.weft.control.xds;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.xds.type.v3.TypedStruct;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import com.google.protobuf.util.JsonFormat.TypeRegistry;
import dev.weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker;
import dev.weft.filters.http.long_streams.v1.LongStreams;
import dev.weft.xds.protocol.EncodedResource;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.filters.http.cors.v3.Cors;
import io.envoyproxy.envoy.extensions.filters.http.fault.v3.HTTPFault;
import io.envoyproxy.envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.http_inspector.v3.HttpInspector;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.connection_limit.v3.ConnectionLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import io.envoyproxy.envoy.extensions.load_balancing_policies.least_request.v3.LeastRequest;
import io.envoyproxy.envoy.extensions.load_balancing_policies.maglev.v3.Maglev;
import io.envoyproxy.envoy.extensions.load_balancing_policies.random.v3.Random;
import io.envoyproxy.envoy.extensions.load_balancing_policies.ring_hash.v3.RingHash;
import io.envoyproxy.envoy.extensions.load_balancing_policies.round_robin.v3.RoundRobin;
import io.envoyproxy.envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.extensions.upstreams.http.v3.HttpProtocolOptions;

/**
 * A snapshot as JSON: {@code {"revision": N, "types": {URL: {NAME: {"version", "resource"}}}}},
 * resources in the JSON mapping of protobuf.
 */
final class ConfigDump {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer()
          .omittingInsignificantWhitespace()
          .usingTypeRegistry(
              TypeRegistry.newBuilder()
                  .add(Listener.getDescriptor())
                  .add(RouteConfiguration.getDescriptor())
                  .add(Cluster.getDescriptor())
                  .add(ClusterLoadAssignment.getDescriptor())
                  .add(HttpConnectionManager.getDescriptor())
                  .add(TcpProxy.getDescriptor())
                  .add(Router.getDescriptor())
                  .add(Cors.getDescriptor())
                  .add(HTTPFault.getDescriptor())
                  .add(LocalRateLimit.getDescriptor())
                  .add(ErrorRateBreaker.getDescriptor())
                  .add(LongStreams.getDescriptor())
                  .add(ConnectionLimit.getDescriptor())
                  .add(TlsInspector.getDescriptor())
                  .add(HttpInspector.getDescriptor())
                  .add(PreviousHostsPredicate.getDescriptor())
                  .add(DownstreamTlsContext.getDescriptor())
                  .add(UpstreamTlsContext.getDescriptor())
                  .add(HttpProtocolOptions.getDescriptor())
                  .add(RoundRobin.getDescriptor())
                  .add(LeastRequest.getDescriptor())
                  .add(Random.getDescriptor())
                  .add(RingHash.getDescriptor())
                  .add(Maglev.getDescriptor())
                  .add(TypedStruct.getDescriptor())
                  .build());

  private ConfigDump() {}

  static String of(ResourceSnapshot snapshot) {
    ObjectNode dump = JSON.createObjectNode();
    dump.put("revision", snapshot.revision());
    ObjectNode types = dump.putObject("types");
    for (XdsType type : XdsType.values()) {
      if (!snapshot.resources(type).isEmpty()) {
        ObjectNode ofType = types.putObject(type.typeUrl());
        snapshot
            .resources(type)
            .values()
            .forEach(resource -> add(ofType.putObject(resource.name()), resource));
      }
    }
    return dump.toString();
  }

  private static void add(ObjectNode into, EncodedResource resource) {
    into.put("version", resource.version());
    try {
      into.set("resource", JSON.readTree(PRINTER.print(resource.body())));
    } catch (InvalidProtocolBufferException | JsonProcessingException e) {
      // One extension this dump does not know must not hide the other resources.
      into.put("unreadable", String.valueOf(e.getMessage()));
    }
  }
}
