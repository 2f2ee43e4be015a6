package dev.weft.xds.resource;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A resource type of xDS v3. The order of the constants is the make-before-break push order: what
 * is referred to comes before what refers to it.
 */
public enum XdsType {
  SECRET("envoy.extensions.transport_sockets.tls.v3.Secret", false),
  CLUSTER("envoy.config.cluster.v3.Cluster", true),
  ENDPOINT("envoy.config.endpoint.v3.ClusterLoadAssignment", false),
  LISTENER("envoy.config.listener.v3.Listener", true),
  ROUTE("envoy.config.route.v3.RouteConfiguration", false);

  private static final Map<String, XdsType> BY_URL =
      Stream.of(values())
          .collect(Collectors.toUnmodifiableMap(XdsType::typeUrl, Function.identity()));

  private final String typeUrl;
  private final boolean fullState;

  XdsType(String message, boolean fullState) {
    this.typeUrl = "type.googleapis.com/" + message;
    this.fullState = fullState;
  }

  /** The type URL as it stands in a {@code DiscoveryRequest}. */
  public String typeUrl() {
    return typeUrl;
  }

  /**
   * Whether a state-of-the-world response carries every resource of the type, so that absence means
   * deletion (LDS and CDS).
   */
  public boolean fullState() {
    return fullState;
  }

  /** The type of this URL, or empty if Weft does not speak it. */
  public static Optional<XdsType> ofTypeUrl(String typeUrl) {
    return Optional.ofNullable(BY_URL.get(typeUrl));
  }
}
