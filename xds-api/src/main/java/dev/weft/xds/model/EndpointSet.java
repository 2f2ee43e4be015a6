package dev.weft.xds.model;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The endpoints of a cluster ({@code envoy.config.endpoint.v3.ClusterLoadAssignment}).
 *
 * @param overprovisioningFactor in percent; 140 by default
 * @param drops shares of the requests that are refused, each of what the ones before let through
 * @param weightedPriorityHealth whether the health of a priority counts weights, not endpoints
 */
public record EndpointSet(
    String clusterName,
    List<LocalityEndpoints> localities,
    int overprovisioningFactor,
    List<Drop> drops,
    boolean weightedPriorityHealth)
    implements XdsResource {
  /** The namespace of metadata that is for balancing. */
  public static final String BALANCING = "envoy.lb";

  public EndpointSet {
    localities = List.copyOf(localities);
    drops = List.copyOf(drops);
  }

  /** Without drops, priorities by the count of their endpoints. */
  public EndpointSet(
      String clusterName, List<LocalityEndpoints> localities, int overprovisioningFactor) {
    this(clusterName, localities, overprovisioningFactor, List.of(), false);
  }

  /** The same policy for these endpoints. */
  public EndpointSet with(String name, List<LocalityEndpoints> changed) {
    return new EndpointSet(name, changed, overprovisioningFactor, drops, weightedPriorityHealth);
  }

  @Override
  public ResourceKey key() {
    return new ResourceKey(XdsType.ENDPOINT, clusterName);
  }

  /** A share of the requests that is refused, for a reason that the category tells. */
  public record Drop(String category, Fraction share) {}

  /**
   * Endpoints in one locality at one priority; a lower number is preferred.
   *
   * @param weight among localities where those share by weight; 0 for none
   * @param transport metadata of the {@code envoy.transport_socket_match} namespace, which counts
   *     for each endpoint beside its own
   */
  public record LocalityEndpoints(
      Locality locality,
      int priority,
      int weight,
      List<Endpoint> endpoints,
      Map<String, MetadataValue> transport) {
    public LocalityEndpoints {
      endpoints = List.copyOf(endpoints);
      transport = Map.copyOf(transport);
    }

    /** A locality that does not say how its endpoints are spoken to. */
    public LocalityEndpoints(
        Locality locality, int priority, int weight, List<Endpoint> endpoints) {
      this(locality, priority, weight, endpoints, Map.of());
    }

    /** The same locality with these endpoints. */
    public LocalityEndpoints with(List<Endpoint> changed) {
      return new LocalityEndpoints(locality, priority, weight, changed, transport);
    }
  }

  /** Where an endpoint is; parts may be empty. */
  public record Locality(String region, String zone, String subZone) {}

  /**
   * One instance.
   *
   * @param hostname may be empty
   * @param weight at least 1
   * @param namespaces its metadata: {@code envoy.lb} is for balancing, {@code
   *     envoy.transport_socket_match} says how it is spoken to, others are for logs and spans
   * @param checking what is different where its cluster has health checks
   * @param additionalAddresses where else it can be reached, the preferred first; for connections
   *     only: it is known, checked and hashed by its address
   */
  public record Endpoint(
      SocketAddress address,
      String hostname,
      HealthStatus health,
      int weight,
      Map<String, Map<String, MetadataValue>> namespaces,
      Checking checking,
      List<SocketAddress> additionalAddresses) {
    private static final String TRANSPORT = "envoy.transport_socket_match";

    public Endpoint {
      namespaces = Map.copyOf(namespaces);
      additionalAddresses = List.copyOf(additionalAddresses);
    }

    /** One that has one address. */
    public Endpoint(
        SocketAddress address,
        String hostname,
        HealthStatus health,
        int weight,
        Map<String, MetadataValue> metadata,
        Checking checking,
        Map<String, MetadataValue> transport) {
      this(address, hostname, health, weight, namespaces(metadata, transport), checking, List.of());
    }

    /** One that does not say how it is spoken to. */
    public Endpoint(
        SocketAddress address,
        String hostname,
        HealthStatus health,
        int weight,
        Map<String, MetadataValue> metadata,
        Checking checking) {
      this(address, hostname, health, weight, metadata, checking, Map.of());
    }

    /** The same instance at another address, and by another name. */
    public Endpoint at(SocketAddress other, String name) {
      return at(other, List.of(), name);
    }

    /** The same instance at other addresses, and by another name. */
    public Endpoint at(SocketAddress other, List<SocketAddress> more, String name) {
      return new Endpoint(other, name, health, weight, namespaces, checking, more);
    }

    /** What is said of it for balancing. */
    public Map<String, MetadataValue> metadata() {
      return namespaces.getOrDefault(BALANCING, Map.of());
    }

    /** What says how it is spoken to. */
    public Map<String, MetadataValue> transport() {
      return namespaces.getOrDefault(TRANSPORT, Map.of());
    }

    private static Map<String, Map<String, MetadataValue>> namespaces(
        Map<String, MetadataValue> balancing, Map<String, MetadataValue> transport) {
      Map<String, Map<String, MetadataValue>> namespaces = new HashMap<>();
      if (!balancing.isEmpty()) {
        namespaces.put(BALANCING, Map.copyOf(balancing));
      }
      if (!transport.isEmpty()) {
        namespaces.put(TRANSPORT, Map.copyOf(transport));
      }
      return namespaces;
    }

    /** One that is checked where it serves. */
    public Endpoint(
        SocketAddress address,
        String hostname,
        HealthStatus health,
        int weight,
        Map<String, MetadataValue> metadata) {
      this(address, hostname, health, weight, metadata, Checking.DEFAULT);
    }
  }

  /**
   * How one endpoint is checked ({@code envoy.config.endpoint.v3.Endpoint.HealthCheckConfig}).
   *
   * @param port 0 for that of the address
   * @param hostname which checks ask for; empty for what the cluster's checks say
   * @param disabled whether it is not checked, and counts as well
   * @param address where it is checked; null for where it serves
   */
  public record Checking(
      int port, String hostname, boolean disabled, @Nullable SocketAddress address) {
    /** As the cluster says. */
    public static final Checking DEFAULT = new Checking(0, "", false);

    /** One that is checked at the address that it serves at. */
    public Checking(int port, String hostname, boolean disabled) {
      this(port, hostname, disabled, null);
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
