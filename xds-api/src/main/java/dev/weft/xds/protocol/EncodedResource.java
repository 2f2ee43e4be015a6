package dev.weft.xds.protocol;

import com.google.protobuf.Any;
import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.ResourceName;
import io.envoyproxy.envoy.service.discovery.v3.Resource;

/**
 * A resource ready for the wire, immutable and shared by every stream that sends it: what the
 * streams need is built here once.
 */
public final class EncodedResource {
  private final ResourceKey key;
  private final String version;
  private final String endpointName;
  private final Resource wire;

  private EncodedResource(ResourceKey key, String version, String endpointName, Resource wire) {
    this.key = key;
    this.version = version;
    this.endpointName = endpointName;
    this.wire = wire;
  }

  /**
   * @param version changes whenever the body does; a content hash serves
   * @param body the packed message, its type URL that of the key's type
   * @throws IllegalArgumentException if the body is of another type than the key, or the version or
   *     the name is empty
   */
  public static EncodedResource of(ResourceKey key, String version, Any body) {
    if (!body.getTypeUrl().equals(key.type().typeUrl())) {
      throw new IllegalArgumentException(
          key + ": the body is a " + body.getTypeUrl() + ", expected " + key.type().typeUrl());
    }
    if (version.isEmpty() || key.name().isEmpty()) {
      throw new IllegalArgumentException(key + ": a resource needs a name and a version");
    }
    ResourceKey canonical = new ResourceKey(key.type(), ResourceName.canonical(key.name()));
    Resource wire =
        Resource.newBuilder()
            .setName(canonical.name())
            .setVersion(version)
            .setResource(body)
            .build();
    return new EncodedResource(canonical, version, canonical.name(), wire);
  }

  /**
   * The same cluster, whose endpoints come under another name than its own ({@code
   * eds_cluster_config.service_name}).
   */
  public EncodedResource withEndpointName(String name) {
    return new EncodedResource(key, version, ResourceName.canonical(name), wire);
  }

  public ResourceKey key() {
    return key;
  }

  /** Unique within the type. */
  public String name() {
    return key.name();
  }

  /** Opaque; equal versions mean equal bodies. */
  public String version() {
    return version;
  }

  /** The packed message, as state-of-the-world responses carry it. */
  public Any body() {
    return wire.getResource();
  }

  /** For a cluster, the name of its load assignment. */
  public String endpointName() {
    return endpointName;
  }

  /** The message with its name and version, as delta responses carry it. */
  Resource wire() {
    return wire;
  }

  @Override
  public String toString() {
    return key + "@" + version;
  }
}
