package dev.weft.control.compile;

import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.RouteConfig;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The outbound route tables of one mesh, made when a namespace's first sidecar asks for one. Any
 * thread may use it.
 */
final class RouteTables {
  /** No namespace can be called this: the table of callers without short names or own routes. */
  private static final String ANYWHERE = "";

  private final MeshView mesh;
  private final RouteConfig anywhere;
  private final List<ClusterTarget> targets;
  private final List<String> warnings;
  private final Map<String, RouteConfig> byNamespace = new ConcurrentHashMap<>();

  private RouteTables(
      MeshView mesh, RouteConfig anywhere, List<ClusterTarget> targets, List<String> warnings) {
    this.mesh = mesh;
    this.anywhere = anywhere;
    this.targets = targets;
    this.warnings = warnings;
  }

  /**
   * The tables of a mesh; the previous ones where nothing that routes depend on has changed, as
   * when only endpoints did.
   */
  static RouteTables of(MeshView mesh, RouteTables previous) {
    Problems warnings = new Problems();
    RouteConfig anywhere = new RouteTranslator(mesh, warnings).outbound(ANYWHERE);
    // A port's share of plaintext instances may show only in another namespace's routes.
    List<ClusterTarget> targets = mesh.ports().map(TargetTranslator::of).toList();
    boolean same =
        mesh.hasRoutesOf(previous.mesh)
            && anywhere.equals(previous.anywhere)
            && targets.equals(previous.targets);
    return same ? previous : new RouteTables(mesh, anywhere, targets, warnings.toList());
  }

  /** The tables of an empty mesh. */
  static RouteTables none(MeshView empty) {
    return new RouteTables(
        empty, new RouteTranslator(empty, new Problems()).outbound(ANYWHERE), List.of(), List.of());
  }

  /** The table for callers of a namespace. */
  RouteConfig of(String namespace) {
    return byNamespace.computeIfAbsent(
        namespace, n -> new RouteTranslator(mesh, new Problems()).outbound(n));
  }

  /** Every table that can differ in more than short names. */
  List<RouteConfig> distinct() {
    return Stream.concat(Stream.of(anywhere), mesh.routes().consumers().stream().map(this::of))
        .toList();
  }

  /** What in the routes cannot be honoured. */
  List<String> warnings() {
    return warnings;
  }
}
