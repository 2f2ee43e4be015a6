package dev.weft.xds.model;

import java.util.List;

/**
 * What the spans of a connection manager say, and where they go.
 *
 * @param tags no two of one name
 * @param verbose whether spans say when bytes came and went
 * @param maxPathLength bytes of a path that {@code http.url} has at most
 * @param ofTries whether each try to an endpoint has a span of its own
 */
public record SpanSettings(
    SpanExport export, List<CustomTag> tags, boolean verbose, int maxPathLength, boolean ofTries) {
  public SpanSettings {
    tags = List.copyOf(tags);
  }
}
