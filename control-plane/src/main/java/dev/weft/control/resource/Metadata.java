package dev.weft.control.resource;

import java.util.Map;

/** What every resource carries besides its spec. */
public record Metadata(
    String namespace, String name, Map<String, String> labels, Map<String, String> annotations) {
  public Metadata {
    labels = Map.copyOf(labels);
    annotations = Map.copyOf(annotations);
  }

  /** Without labels and annotations. */
  public static Metadata of(String namespace, String name) {
    return new Metadata(namespace, name, Map.of(), Map.of());
  }
}
