package dev.weft.control.compile;

import dev.weft.control.compile.PortView.Member;
import dev.weft.control.resource.LocalityPolicy;
import dev.weft.control.resource.LocalityPolicy.Distribute;
import dev.weft.control.resource.LocalityPolicy.Prefer;
import dev.weft.control.resource.Place;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.protocol.ResourceSnapshot;
import dev.weft.xds.resource.XdsType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The endpoint sets of a mesh as proxies at each place are sent them: one snapshot for all proxies
 * of a place, which shares with the others all sets that no policy makes depend on it. Any thread
 * may use it.
 */
final class LocalEndpoints {
  /** Places are what sidecars say of themselves; at further ones nobody is told apart. */
  private static final int MAX_PLACES = 256;

  private final ResourceSnapshot anywhere;
  private final ResourceEncoder encoder;
  private final List<PortView> local;
  private final Set<Place> known;
  private final Map<Place, ResourceSnapshot> byPlace = new ConcurrentHashMap<>();

  /**
   * @param anywhere what a proxy is sent of which nobody knows where it is
   */
  LocalEndpoints(MeshView view, ResourceSnapshot anywhere, ResourceEncoder encoder) {
    this.anywhere = anywhere;
    this.encoder = encoder;
    this.local = view.ports().filter(EndpointTranslator::dependsOnPlace).toList();
    this.known =
        local.stream()
            .flatMap(LocalEndpoints::places)
            .flatMap(place -> Stream.of(place, new Place(place.region(), "")))
            .distinct()
            .sorted()
            .limit(MAX_PLACES)
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Where instances of a port are, and of which its policy says something. */
  private static Stream<Place> places(PortView port) {
    LocalityPolicy policy = port.settings().balancing().locality();
    Stream<Place> said =
        switch (policy) {
          case null -> Stream.empty();
          case Prefer prefer -> prefer.failover().stream().map(f -> new Place(f.from(), ""));
          case Distribute distribute ->
              distribute.shares().stream().map(LocalityPolicy.Shares::from);
        };
    return Stream.concat(
        said,
        Stream.of(port.withSidecar(), port.plaintext()).flatMap(List::stream).map(Member::place));
  }

  /** A snapshot with the endpoint sets for proxies at a place. */
  ResourceSnapshot at(Place place) {
    Place counts = counting(place);
    return counts.equals(Place.NOWHERE) ? anywhere : byPlace.computeIfAbsent(counts, this::make);
  }

  /** Whoever is in a zone without instances is in its region, and there without any nowhere. */
  private Place counting(Place place) {
    if (known.contains(place)) {
      return place;
    }
    Place region = new Place(place.region(), "");
    return known.contains(region) ? region : Place.NOWHERE;
  }

  private ResourceSnapshot make(Place place) {
    Map<String, EndpointSet> own = new TreeMap<>();
    local.forEach(
        port ->
            EndpointTranslator.outbound(port, place)
                .forEach(set -> own.put(set.clusterName(), set)));
    ResourceSnapshot.Builder builder = ResourceSnapshot.builder(anywhere.revision());
    anywhere
        .resources(XdsType.ENDPOINT)
        .forEach(
            (name, set) -> {
              EndpointSet instead = own.get(name);
              builder.add(instead == null ? set : encoder.encode(instead));
            });
    return builder.build();
  }
}
