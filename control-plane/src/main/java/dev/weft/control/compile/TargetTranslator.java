package dev.weft.control.compile;

import dev.weft.control.resource.BackendRef;
import dev.weft.control.resource.RouteFilter;
import dev.weft.control.resource.ServiceRef;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.ClusterTarget.WeightedCluster;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HashPolicy;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.Mirror;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Backends to clusters, with the share of instances that have no sidecar split off. */
final class TargetTranslator {
  /** The resolution of a split between the two clusters of one port. */
  private static final long SCALE = 1_000;

  private TargetTranslator() {}

  private record Backend(PortView port, long weight, HeaderMutations headers) {}

  /** One port, whoever its instances are. */
  static ClusterTarget of(PortView port) {
    return target(List.of(new Backend(port, 1, HeaderMutations.NONE)));
  }

  /**
   * The backends of a rule, or empty if none of them can take a request. A backend that is not
   * there is reported and left out.
   */
  static Optional<ClusterTarget> of(
      List<BackendRef> refs, MeshView mesh, String route, Problems problems) {
    List<Backend> backends = new ArrayList<>();
    for (BackendRef ref : refs) {
      Optional<PortView> port =
          port(ref.namespace(), ref.name(), ref.port(), mesh, route, problems);
      if (port.isPresent() && ref.weight() > 0) {
        backends.add(
            new Backend(port.get(), ref.weight(), HeaderTranslator.mutations(ref.filters())));
      }
    }
    return backends.isEmpty() ? Optional.empty() : Optional.of(target(backends));
  }

  /**
   * Where copies of a rule's requests go. Of a port whose instances are of both kinds those with a
   * sidecar get them: a copy goes to one cluster.
   */
  static List<Mirror> mirrors(
      List<RouteFilter> filters, MeshView mesh, String route, Problems problems) {
    List<Mirror> mirrors = new ArrayList<>();
    for (RouteFilter filter : filters) {
      if (filter instanceof RouteFilter.Mirror mirror) {
        ServiceRef to = mirror.backend();
        Fraction fraction = fraction(mirror);
        if (Fraction.NEVER.equals(fraction)) {
          continue;
        }
        cluster(to, mesh, route, problems)
            .ifPresent(cluster -> mirrors.add(new Mirror(cluster, false, fraction, false)));
      }
    }
    return mirrors;
  }

  /**
   * The one cluster of a port. Where its instances are of both kinds it is that of those with a
   * sidecar. A port that is not there is reported.
   */
  static Optional<String> cluster(ServiceRef to, MeshView mesh, String where, Problems problems) {
    return port(to.namespace(), to.name(), to.port(), mesh, where, problems)
        .map(port -> port.withSidecar().isEmpty() ? onlyCluster(port) : port.cluster());
  }

  /**
   * What a rule's requests are placed by: a request has one hash, so backends that place by one do
   * so by the same keys (the vocabulary refuses others).
   */
  static List<HashPolicy> hash(List<BackendRef> refs, MeshView mesh) {
    return refs.stream()
        .filter(ref -> ref.weight() > 0)
        .flatMap(
            ref ->
                mesh
                    .service(ref.namespace(), ref.name())
                    .flatMap(service -> service.port(ref.port()))
                    .stream())
        .map(port -> port.settings().balancing().hash())
        .filter(keys -> !keys.isEmpty())
        .findFirst()
        .orElse(List.of());
  }

  private static @Nullable Fraction fraction(RouteFilter.Mirror mirror) {
    Integer percent = mirror.percent();
    RouteFilter.Part part = mirror.fraction();
    if (part != null) {
      return Fractions.of(part);
    }
    return percent == null ? null : new Fraction(percent, 100);
  }

  private static Optional<PortView> port(
      String namespace,
      String name,
      @Nullable Integer number,
      MeshView mesh,
      String route,
      Problems problems) {
    Optional<PortView> port =
        number == null
            ? Optional.empty()
            : mesh.service(namespace, name).flatMap(service -> service.port(number));
    if (port.isEmpty()) {
      problems.add(
          route
              + ": there is no service "
              + name
              + "."
              + namespace
              + " with port "
              + number
              + "; declare it, or send the traffic elsewhere");
    }
    return port;
  }

  private static ClusterTarget target(List<Backend> backends) {
    boolean split = backends.stream().anyMatch(backend -> isMixed(backend.port()));
    List<WeightedCluster> clusters = new ArrayList<>();
    for (Backend backend : backends) {
      PortView port = backend.port();
      long weight = split ? backend.weight() * SCALE : backend.weight();
      if (isMixed(port)) {
        long inMesh = PortView.weight(port.withSidecar());
        long all = inMesh + PortView.weight(port.plaintext());
        // At least 1 each, so that nobody is left out by rounding.
        long meshShare = Math.clamp(weight * inMesh / all, 1, weight - 1);
        clusters.add(new WeightedCluster(port.cluster(), meshShare, backend.headers()));
        clusters.add(
            new WeightedCluster(port.plaintextCluster(), weight - meshShare, backend.headers()));
      } else {
        clusters.add(new WeightedCluster(onlyCluster(port), weight, backend.headers()));
      }
    }
    WeightedCluster first = clusters.getFirst();
    return clusters.size() == 1 && first.headers().isEmpty()
        ? new ClusterTarget.Single(first.cluster())
        : new ClusterTarget.Weighted(clusters);
  }

  private static boolean isMixed(PortView port) {
    return !port.withSidecar().isEmpty() && !port.plaintext().isEmpty();
  }

  private static String onlyCluster(PortView port) {
    return port.plaintext().isEmpty() ? port.cluster() : port.plaintextCluster();
  }
}
