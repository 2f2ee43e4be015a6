package dev.weft.proxy.tracing;

/**
 * The proxy that makes spans.
 *
 * @param node its id; empty where it has none
 * @param zone where it runs, may be empty
 */
public record SpanOrigin(String node, String zone) {
  /** A proxy of which nothing is known. */
  public static final SpanOrigin NONE = new SpanOrigin("", "");
}
