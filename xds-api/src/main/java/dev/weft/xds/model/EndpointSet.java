package dev.weft.xds.model;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.util.List;
import java.util.Map;

/**
 * The endpoints of a cluster ({@code envoy.config.endpoint.v3.ClusterLoadAssignment}).
 *
 * @param overprovisioningFactor in percent; 140 by default
 */
public record EndpointSet(
    String clusterName, List<LocalityEndpoints> localities, int overprovisioningFactor)
    implements XdsResource {
  public EndpointSet {
    localities = List.copyOf(localities);
  }

  @Override
  public ResourceKey key() {
    return new ResourceKey(XdsType.ENDPOINT, clusterName);
  }

  /** Endpoints in one locality at one priority; a lower number is preferred. */
  public record LocalityEndpoints(
      Locality locality, int priority, int weight, List<Endpoint> endpoints) {
    public LocalityEndpoints {
      endpoints = List.copyOf(endpoints);
    }
  }

  /** Where an endpoint is; parts may be empty. */
  public record Locality(String region, String zone, String subZone) {}

  /**
   * One instance.
   *
   * @param hostname may be empty
   * @param weight at least 1
   * @param metadata of the {@code envoy.lb} namespace, as strings
   */
  public record Endpoint(
      SocketAddress address,
      String hostname,
      HealthStatus health,
      int weight,
      Map<String, String> metadata) {
    public Endpoint {
      metadata = Map.copyOf(metadata);
    }
  }

  public enum HealthStatus {
    UNKNOWN,
    HEALTHY,
    UNHEALTHY,
    DRAINING,
    TIMEOUT,
    DEGRADED
  }
}
