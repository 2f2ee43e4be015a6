package dev.weft.control.resource;

import java.util.Comparator;

/** What identifies a resource; ordered by kind, namespace and name. */
public record ResourceId(Kind kind, String namespace, String name)
    implements Comparable<ResourceId> {
  private static final Comparator<ResourceId> ORDER =
      Comparator.comparing(ResourceId::kind)
          .thenComparing(ResourceId::namespace)
          .thenComparing(ResourceId::name);

  @Override
  public int compareTo(ResourceId other) {
    return ORDER.compare(this, other);
  }

  /** For people: {@code HTTPRoute shop/catalog}. */
  @Override
  public String toString() {
    return kind.kindName() + " " + namespace + "/" + name;
  }
}
