package dev.weft.xds.codec;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.EndpointSet.Endpoint;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.EndpointSet.LocalityEndpoints;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** {@code envoy.config.endpoint.v3.ClusterLoadAssignment}, by EDS or in a cluster. */
final class EndpointSetCodec implements ResourceCodec<ClusterLoadAssignment, EndpointSet> {
  private static final int DEFAULT_OVERPROVISIONING = 140;
  private static final int MAX_PRIORITY = 128;

  /** The namespace of metadata that is for balancing. */
  private static final String LB = "envoy.lb";

  private final FieldPolicy policy;

  EndpointSetCodec(FieldPolicy policy) {
    this.policy = policy;
  }

  @Override
  public XdsType type() {
    return XdsType.ENDPOINT;
  }

  @Override
  public ClusterLoadAssignment prototype() {
    return ClusterLoadAssignment.getDefaultInstance();
  }

  @Override
  public Decoded<EndpointSet> decode(ClusterLoadAssignment message) {
    return DecodeScope.decode(
        policy, message, (assignment, scope) -> convert(assignment, false, scope));
  }

  /**
   * Decodes an assignment whose fields have been checked.
   *
   * @param names whether hosts may be names
   */
  static EndpointSet convert(ClusterLoadAssignment assignment, boolean names, DecodeScope scope) {
    List<LocalityEndpoints> localities = new ArrayList<>();
    for (int i = 0; i < assignment.getEndpointsCount(); i++) {
      localities.add(locality(assignment.getEndpoints(i), names, scope.at("endpoints", i)));
    }
    return new EndpointSet(
        Wire.text(assignment.getClusterName(), scope.at("cluster_name")),
        localities,
        assignment.getPolicy().hasOverprovisioningFactor()
            ? Wire.number(
                assignment.getPolicy().getOverprovisioningFactor().getValue(),
                1,
                Integer.MAX_VALUE,
                scope.at("policy").at("overprovisioning_factor"))
            : DEFAULT_OVERPROVISIONING);
  }

  /** The endpoints of a cluster that names none. */
  static EndpointSet none(String clusterName) {
    return new EndpointSet(clusterName, List.of(), DEFAULT_OVERPROVISIONING);
  }

  private static LocalityEndpoints locality(
      LocalityLbEndpoints locality, boolean names, DecodeScope scope) {
    List<Endpoint> endpoints = new ArrayList<>();
    for (int i = 0; i < locality.getLbEndpointsCount(); i++) {
      endpoints.add(endpoint(locality.getLbEndpoints(i), names, scope.at("lb_endpoints", i)));
    }
    return new LocalityEndpoints(
        new Locality(
            locality.getLocality().getRegion(),
            locality.getLocality().getZone(),
            locality.getLocality().getSubZone()),
        Wire.number(locality.getPriority(), 0, MAX_PRIORITY, scope.at("priority")),
        weight(
            locality.hasLoadBalancingWeight(), locality.getLoadBalancingWeight().getValue(), scope),
        endpoints);
  }

  private static Endpoint endpoint(LbEndpoint endpoint, boolean names, DecodeScope scope) {
    DecodeScope at = scope.at("endpoint");
    scope.require(endpoint.hasEndpoint(), "must have an endpoint");
    return new Endpoint(
        Wire.address(endpoint.getEndpoint().getAddress(), names, at.at("address")),
        endpoint.getEndpoint().getHostname(),
        health(endpoint, scope),
        weight(
            endpoint.hasLoadBalancingWeight(), endpoint.getLoadBalancingWeight().getValue(), scope),
        labels(endpoint.getMetadata()));
  }

  private static int weight(boolean set, int weight, DecodeScope scope) {
    return set ? Wire.number(weight, 1, Integer.MAX_VALUE, scope.at("load_balancing_weight")) : 1;
  }

  private static HealthStatus health(LbEndpoint endpoint, DecodeScope scope) {
    return switch (endpoint.getHealthStatus()) {
      case UNKNOWN -> HealthStatus.UNKNOWN;
      case HEALTHY -> HealthStatus.HEALTHY;
      case UNHEALTHY -> HealthStatus.UNHEALTHY;
      case DRAINING -> HealthStatus.DRAINING;
      case TIMEOUT -> HealthStatus.TIMEOUT;
      case DEGRADED -> HealthStatus.DEGRADED;
      case UNRECOGNIZED -> {
        scope.at("health_status").problem("is not known");
        yield HealthStatus.UNKNOWN;
      }
    };
  }

  private static Map<String, String> labels(Metadata metadata) {
    Map<String, String> labels = new HashMap<>();
    metadata
        .getFilterMetadataOrDefault(LB, Struct.getDefaultInstance())
        .getFieldsMap()
        .forEach(
            (key, value) -> {
              if (value.hasStringValue()) {
                labels.put(key, value.getStringValue());
              }
            });
    return labels;
  }

  @Override
  public ClusterLoadAssignment encode(EndpointSet endpoints) {
    return message(endpoints);
  }

  static ClusterLoadAssignment message(EndpointSet endpoints) {
    ClusterLoadAssignment.Builder encoded =
        ClusterLoadAssignment.newBuilder()
            .setClusterName(endpoints.clusterName())
            .setPolicy(
                ClusterLoadAssignment.Policy.newBuilder()
                    .setOverprovisioningFactor(Wire.uint32(endpoints.overprovisioningFactor())));
    endpoints.localities().forEach(locality -> encoded.addEndpoints(encode(locality)));
    return encoded.build();
  }

  private static LocalityLbEndpoints encode(LocalityEndpoints locality) {
    LocalityLbEndpoints.Builder encoded =
        LocalityLbEndpoints.newBuilder()
            .setLocality(
                io.envoyproxy.envoy.config.core.v3.Locality.newBuilder()
                    .setRegion(locality.locality().region())
                    .setZone(locality.locality().zone())
                    .setSubZone(locality.locality().subZone()))
            .setPriority(locality.priority())
            .setLoadBalancingWeight(Wire.uint32(locality.weight()));
    locality.endpoints().forEach(endpoint -> encoded.addLbEndpoints(encode(endpoint)));
    return encoded.build();
  }

  private static LbEndpoint encode(Endpoint endpoint) {
    LbEndpoint.Builder encoded =
        LbEndpoint.newBuilder()
            .setEndpoint(
                io.envoyproxy.envoy.config.endpoint.v3.Endpoint.newBuilder()
                    .setAddress(Wire.address(endpoint.address()))
                    .setHostname(endpoint.hostname()))
            .setHealthStatus(
                io.envoyproxy.envoy.config.core.v3.HealthStatus.valueOf(endpoint.health().name()))
            .setLoadBalancingWeight(Wire.uint32(endpoint.weight()));
    if (!endpoint.metadata().isEmpty()) {
      Struct.Builder labels = Struct.newBuilder();
      endpoint
          .metadata()
          .forEach(
              (key, value) ->
                  labels.putFields(key, Value.newBuilder().setStringValue(value).build()));
      encoded.setMetadata(Metadata.newBuilder().putFilterMetadata(LB, labels.build()));
    }
    return encoded.build();
  }
}
