package dev.weft.xds.resource;

/** Names one resource: unique within its type. */
public record ResourceKey(XdsType type, String name) implements Comparable<ResourceKey> {
  @Override
  public int compareTo(ResourceKey other) {
    int byType = type.compareTo(other.type);
    return byType != 0 ? byType : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return type + " " + name;
  }
}
