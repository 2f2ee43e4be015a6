package dev.weft.control.compile;

/** A service of the mesh; sorted by namespace, then name. */
record ServiceName(String namespace, String name) implements Comparable<ServiceName> {
  /** {@code NAME.NAMESPACE}. */
  String host() {
    return name + "." + namespace;
  }

  @Override
  public int compareTo(ServiceName other) {
    int byNamespace = namespace.compareTo(other.namespace);
    return byNamespace != 0 ? byNamespace : name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return host();
  }
}
