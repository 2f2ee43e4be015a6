package dev.weft.control.compile;

import dev.weft.control.resource.Place;
import dev.weft.control.store.ConfigSnapshot;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.protocol.ResourceSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Compiles the mesh: pure in what comes out (the same input gives the same resources, bytes and
 * versions on every node), and quick because what did not change is neither encoded nor indexed
 * again. One thread at a time compiles; any thread may use the snapshots.
 */
public final class MeshCompiler {
  private final ResourceEncoder encoder;
  private MeshSnapshot last;

  /** A compiler whose first snapshot is that of an empty mesh at revision 0. */
  public MeshCompiler(Codecs codecs, String trustDomain) {
    this.encoder = new ResourceEncoder(codecs);
    MeshInput empty = new MeshInput(ConfigSnapshot.EMPTY, List.of(), trustDomain);
    MeshView view = MeshView.of(empty, new Problems());
    this.last =
        new MeshSnapshot(0, view, RouteTables.of(view), ResourceSnapshot.EMPTY, encoder, null);
  }

  /**
   * What came of a compile.
   *
   * @param snapshot the new one, or the last good one if there are failures
   * @param failures what made the new one inconsistent; empty when all is well
   * @param warnings what was left out of the snapshot, and why
   */
  public record Compilation(MeshSnapshot snapshot, List<String> failures, List<String> warnings) {}

  /** Compiles; what cannot stand keeps the last good snapshot. */
  public Compilation compile(MeshInput input) {
    encoder.nextGeneration();
    Problems warnings = new Problems();
    MeshView view = MeshView.of(input, warnings);
    RouteTables tables = RouteTables.of(view).orEarlier(last.tables());
    tables.warnings().forEach(warnings::add);
    List<Cluster> clusters = new ArrayList<>();
    List<EndpointSet> endpoints = new ArrayList<>();
    view.ports()
        .forEach(
            port -> {
              clusters.addAll(ClusterTranslator.outbound(port, view.trustDomain()));
              endpoints.addAll(EndpointTranslator.outbound(port, Place.NOWHERE));
            });
    List<String> failures = check(clusters, endpoints, tables);
    if (!failures.isEmpty()) {
      return new Compilation(last, failures, warnings.toList());
    }
    last = snapshot(input.config().revision(), view, tables, clusters, endpoints);
    return new Compilation(last, List.of(), warnings.toList());
  }

  private MeshSnapshot snapshot(
      long revision,
      MeshView view,
      RouteTables tables,
      List<Cluster> clusters,
      List<EndpointSet> endpoints) {
    ResourceSnapshot.Builder shared = ResourceSnapshot.builder(revision);
    clusters.forEach(cluster -> shared.add(encoder.encode(cluster)));
    endpoints.forEach(set -> shared.add(encoder.encode(set)));
    return new MeshSnapshot(revision, view, tables, shared.build(), encoder, last);
  }

  private static List<String> check(
      List<Cluster> clusters, List<EndpointSet> endpoints, RouteTables tables) {
    Problems problems = new Problems();
    ConsistencyCheck check = new ConsistencyCheck(problems);
    Set<String> sets = endpoints.stream().map(EndpointSet::clusterName).collect(Collectors.toSet());
    check.clusters(clusters, sets);
    check.routes(tables.anywhere());
    return problems.toList();
  }
}
