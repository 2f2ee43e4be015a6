package dev.weft.xds.codec;

import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.EndpointSet.Checking;
import dev.weft.xds.model.EndpointSet.Drop;
import dev.weft.xds.model.EndpointSet.Endpoint;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.EndpointSet.LocalityEndpoints;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment.Policy;
import io.envoyproxy.envoy.config.endpoint.v3.Endpoint.HealthCheckConfig;
import io.envoyproxy.envoy.config.endpoint.v3.LbEndpoint;
import io.envoyproxy.envoy.config.endpoint.v3.LocalityLbEndpoints;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.config.endpoint.v3.ClusterLoadAssignment}, by EDS or in a cluster. */
final class EndpointSetCodec implements ResourceCodec<ClusterLoadAssignment, EndpointSet> {
  private static final int DEFAULT_OVERPROVISIONING = 140;
  private static final int MAX_PRIORITY = 128;

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
            : DEFAULT_OVERPROVISIONING,
        drops(assignment.getPolicy(), scope.at("policy")),
        assignment.getPolicy().getWeightedPriorityHealth());
  }

  private static List<Drop> drops(Policy policy, DecodeScope scope) {
    // As Envoy 1.40, which takes one.
    scope
        .at("drop_overloads")
        .require(policy.getDropOverloadsCount() <= 1, "has more than one category");
    List<Drop> drops = new ArrayList<>();
    for (int i = 0; i < policy.getDropOverloadsCount(); i++) {
      Policy.DropOverload drop = policy.getDropOverloads(i);
      DecodeScope at = scope.at("drop_overloads", i);
      drops.add(
          new Drop(
              Wire.text(drop.getCategory(), at.at("category")),
              Fractions.decode(drop.getDropPercentage(), at.at("drop_percentage"))));
    }
    return drops;
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
        locality.hasLoadBalancingWeight()
            ? weight(true, locality.getLoadBalancingWeight().getValue(), scope)
            : 0,
        endpoints,
        MetadataValues.transport(locality.getMetadata()));
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
        MetadataValues.namespaces(endpoint.getMetadata()),
        checking(endpoint.getEndpoint().getHealthCheckConfig(), at.at("health_check_config")),
        // A name has the addresses that it is looked up to, as in Envoy, which passes over others.
        names ? List.of() : additional(endpoint.getEndpoint(), at));
  }

  private static List<SocketAddress> additional(
      io.envoyproxy.envoy.config.endpoint.v3.Endpoint endpoint, DecodeScope scope) {
    List<SocketAddress> addresses = new ArrayList<>();
    for (int i = 0; i < endpoint.getAdditionalAddressesCount(); i++) {
      addresses.add(
          Wire.address(
              endpoint.getAdditionalAddresses(i).getAddress(),
              false,
              scope.at("additional_addresses", i).at("address")));
    }
    return addresses;
  }

  private static Checking checking(HealthCheckConfig config, DecodeScope scope) {
    scope
        .at("hostname")
        .require(HeaderNames.isValue(config.getHostname()), "has a line end or a NUL");
    return new Checking(
        Wire.number(config.getPortValue(), 0, 65535, scope.at("port_value")),
        config.getHostname(),
        config.getDisableActiveHealthCheck(),
        config.hasAddress() ? Wire.address(config.getAddress(), false, scope.at("address")) : null);
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
    for (Drop drop : endpoints.drops()) {
      encoded
          .getPolicyBuilder()
          .addDropOverloadsBuilder()
          .setCategory(drop.category())
          .setDropPercentage(Fractions.encode(drop.share()));
    }
    encoded.getPolicyBuilder().setWeightedPriorityHealth(endpoints.weightedPriorityHealth());
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
            .setPriority(locality.priority());
    if (locality.weight() > 0) {
      encoded.setLoadBalancingWeight(Wire.uint32(locality.weight()));
    }
    if (!locality.transport().isEmpty()) {
      encoded.setMetadata(MetadataValues.transport(locality.transport()));
    }
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
    for (SocketAddress address : endpoint.additionalAddresses()) {
      encoded
          .getEndpointBuilder()
          .addAdditionalAddressesBuilder()
          .setAddress(Wire.address(address));
    }
    Checking checking = endpoint.checking();
    if (!checking.equals(Checking.DEFAULT)) {
      encoded
          .getEndpointBuilder()
          .getHealthCheckConfigBuilder()
          .setPortValue(checking.port())
          .setHostname(checking.hostname())
          .setDisableActiveHealthCheck(checking.disabled());
      if (checking.address() != null) {
        encoded
            .getEndpointBuilder()
            .getHealthCheckConfigBuilder()
            .setAddress(Wire.address(checking.address()));
      }
    }
    if (!endpoint.namespaces().isEmpty()) {
      encoded.setMetadata(MetadataValues.encodeNamespaces(endpoint.namespaces()));
    }
    return encoded.build();
  }
}
