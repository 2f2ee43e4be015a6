package dev.weft.control.compile;

import dev.weft.xds.model.RouteConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The outbound route tables of one mesh: the same for every namespace but for short names, each
 * made when the namespace's first sidecar asks for it. Any thread may use it.
 */
final class RouteTables {
  /** No namespace can be called this: the table of callers without short names. */
  private static final String ANYWHERE = "";

  private final MeshView mesh;
  private final RouteConfig anywhere;
  private final List<String> warnings;
  private final Map<String, RouteConfig> byNamespace = new ConcurrentHashMap<>();

  private RouteTables(MeshView mesh, RouteConfig anywhere, List<String> warnings) {
    this.mesh = mesh;
    this.anywhere = anywhere;
    this.warnings = warnings;
  }

  static RouteTables of(MeshView mesh) {
    Problems warnings = new Problems();
    RouteConfig anywhere = new RouteTranslator(mesh, warnings).outbound(ANYWHERE);
    return new RouteTables(mesh, anywhere, warnings.toList());
  }

  /** These tables, or the earlier ones if they are the same, as when only endpoints changed. */
  RouteTables orEarlier(RouteTables earlier) {
    return anywhere.equals(earlier.anywhere) && warnings.equals(earlier.warnings) ? earlier : this;
  }

  /** The table for callers of a namespace. */
  RouteConfig of(String namespace) {
    return byNamespace.computeIfAbsent(
        namespace, n -> new RouteTranslator(mesh, new Problems()).outbound(n));
  }

  /** The table that stands for all in a check. */
  RouteConfig anywhere() {
    return anywhere;
  }

  /** What in the routes cannot be honoured. */
  List<String> warnings() {
    return warnings;
  }
}
