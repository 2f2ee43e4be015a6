package dev.weft.xds.model;

import java.util.List;

/**
 * An attribute of spans ({@code envoy.type.tracing.v3.CustomTag}).
 *
 * @param name not empty
 */
public record CustomTag(String name, Source source) {
  /** Where its value comes from. */
  public sealed interface Source {}

  /** As it is. */
  public record Literal(String value) implements Source {}

  /**
   * A variable of the process.
   *
   * @param otherwise where it is not set; without it there is no attribute then
   */
  public record Environment(String variable, String otherwise) implements Source {}

  /**
   * The request's first header of that name.
   *
   * @param otherwise where there is none; empty for no attribute
   */
  public record RequestHeader(String header, String otherwise) implements Source {}

  /**
   * What metadata has at a place.
   *
   * @param path the keys below the namespace, at least one
   * @param otherwise where there is nothing; empty for no attribute
   */
  public record Metadata(MetadataKind kind, String namespace, List<String> path, String otherwise)
      implements Source {
    public Metadata {
      path = List.copyOf(path);
    }
  }
}
