package dev.weft.xds.protocol;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Everything one kind of client should hold at one revision of the configuration. Immutable; shared
 * by any number of streams, and its parts by any number of snapshots.
 */
public final class ResourceSnapshot {
  /** No resources at all, at revision 0. */
  public static final ResourceSnapshot EMPTY = builder(0).build();

  private final long revision;
  private final Map<XdsType, Part> parts;

  private ResourceSnapshot(long revision, Map<XdsType, Part> parts) {
    this.revision = revision;
    this.parts = parts;
  }

  /** Starts a snapshot of this revision of the configuration; the protocol only hands it back. */
  public static Builder builder(long revision) {
    return new Builder(revision);
  }

  /** The revision of the configuration it was compiled from. */
  public long revision() {
    return revision;
  }

  /** The resources of a type by name, in the order of their names; unmodifiable. */
  public Map<String, EncodedResource> resources(XdsType type) {
    return part(type).resources;
  }

  /** The resource, or null if there is none of that name. */
  public @Nullable EncodedResource resource(XdsType type, String name) {
    return part(type).resources.get(name);
  }

  /** The resources of a type that a subscription wants. */
  List<EncodedResource> select(XdsType type, Subscription subscription) {
    Map<String, EncodedResource> resources = resources(type);
    List<EncodedResource> selected = new ArrayList<>();
    if (!subscription.onlyNames()) {
      for (EncodedResource resource : resources.values()) {
        if (subscription.wants(resource.name())) {
          selected.add(resource);
        }
      }
      return selected;
    }
    for (String name : subscription.names()) {
      EncodedResource resource = resources.get(name);
      if (resource != null) {
        selected.add(resource);
      }
    }
    return selected;
  }

  /**
   * A hash of the names and versions of a type's resources: equal wherever the same resources were
   * compiled, so that it means the same on every node of the control plane.
   */
  public String version(XdsType type) {
    return part(type).version;
  }

  private Part part(XdsType type) {
    return parts.getOrDefault(type, Part.NONE);
  }

  /** Collects resources; not thread-safe, and dead after {@link #build}. */
  public static final class Builder {
    private final long revision;
    private final Map<XdsType, Part> shared = new EnumMap<>(XdsType.class);
    private final Map<XdsType, TreeMap<String, EncodedResource>> added =
        new EnumMap<>(XdsType.class);

    private Builder(long revision) {
      this.revision = revision;
    }

    /**
     * Adds one resource.
     *
     * @throws IllegalArgumentException if its type already has one of that name
     */
    public Builder add(EncodedResource resource) {
      ResourceKey key = resource.key();
      if (added
              .computeIfAbsent(key.type(), type -> new TreeMap<>())
              .putIfAbsent(key.name(), resource)
          != null) {
        throw new IllegalArgumentException(key + " was added twice; names are unique in a type");
      }
      return this;
    }

    /** Adds several resources, each as {@link #add}. */
    public Builder addAll(Collection<EncodedResource> resources) {
      resources.forEach(this::add);
      return this;
    }

    /** Takes a whole type from another snapshot without copying it; resources added come on top. */
    public Builder share(XdsType type, ResourceSnapshot from) {
      shared.put(type, from.part(type));
      return this;
    }

    /**
     * @throws IllegalArgumentException if a resource was both added and taken from another snapshot
     */
    public ResourceSnapshot build() {
      Map<XdsType, Part> parts = new EnumMap<>(shared);
      added.forEach(
          (type, resources) -> {
            Part base = shared.getOrDefault(type, Part.NONE);
            base.resources.forEach(
                (name, resource) -> {
                  if (resources.putIfAbsent(name, resource) != null) {
                    throw new IllegalArgumentException(
                        resource.key() + " was both added and shared; names are unique in a type");
                  }
                });
            parts.put(type, Part.of(resources));
          });
      return new ResourceSnapshot(revision, Collections.unmodifiableMap(parts));
    }
  }

  private record Part(Map<String, EncodedResource> resources, String version) {
    static final Part NONE = Part.of(new TreeMap<>());

    static Part of(TreeMap<String, EncodedResource> resources) {
      return new Part(Collections.unmodifiableMap(resources), hash(resources));
    }

    private static String hash(Map<String, EncodedResource> resources) {
      MessageDigest digest;
      try {
        digest = MessageDigest.getInstance("SHA-256");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256; this one does not", e);
      }
      for (EncodedResource resource : resources.values()) {
        digest.update(resource.name().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(resource.version().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    }
  }
}
