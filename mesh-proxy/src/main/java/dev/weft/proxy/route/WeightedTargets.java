package dev.weft.proxy.route;

import dev.weft.proxy.cluster.balance.MetadataCriteria;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.ClusterTarget.WeightedCluster;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.MetadataValue;
import dev.weft.xds.model.Mirror;
import dev.weft.xds.model.TcpProxy;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Chooses a cluster: the one there is, in proportion to weights, or the one a header names. */
public final class WeightedTargets {
  /**
   * A cluster by name, and what comes with it.
   *
   * @param cluster empty if the request has not the header that would name it
   * @param host replaces the authority, before the route's own rewrite; null leaves it
   * @param filters the number of what is said of HTTP filters, among {@link
   *     CompiledRoutes#overrides}
   * @param criteria of its endpoints; null for any
   */
  public record Target(
      String cluster,
      HeaderChanges headers,
      @Nullable AsciiString host,
      int filters,
      @Nullable MetadataCriteria criteria) {
    /** Another cluster in its place, as it is. */
    public Target of(String other) {
      return new Target(other, HeaderChanges.NONE, null, filters, null);
    }
  }

  /**
   * @param header names the cluster; null where the target has its name
   */
  private record Choice(Target target, @Nullable AsciiString header) {
    Target of(Http2Headers request) {
      if (header == null) {
        return target;
      }
      CharSequence cluster = request.get(header);
      return new Target(
          cluster == null ? "" : cluster.toString(),
          target.headers(),
          target.host(),
          target.filters(),
          target.criteria());
    }
  }

  private final List<Choice> choices;
  private final long[] ends;
  private final @Nullable AsciiString randomHeader;

  /** Whether any says something of filters. */
  private final boolean filter;

  private WeightedTargets(
      List<Choice> choices, long[] ends, @Nullable AsciiString randomHeader, boolean filter) {
    this.choices = choices;
    this.ends = ends;
    this.randomHeader = randomHeader;
    this.filter = filter;
  }

  /** Compiles the target of a TCP relay; clusters of weight 0 are never chosen. */
  public static WeightedTargets compile(TcpProxy relay) {
    return compile(relay.target(), relay.metadataMatch(), overrides -> 0);
  }

  /**
   * Compiles a target; clusters of weight 0 are never chosen.
   *
   * @param metadataMatch what the route wants of endpoints
   * @param filters the number for what a cluster says of filters
   */
  static WeightedTargets compile(
      ClusterTarget target,
      Map<String, MetadataValue> metadataMatch,
      ToIntFunction<Map<String, FilterOverride>> filters) {
    return switch (target) {
      case ClusterTarget.Single(String cluster) ->
          single(cluster, null, filters.applyAsInt(Map.of()), metadataMatch);
      case ClusterTarget.FromHeader(String header) ->
          single("", AsciiString.of(header), filters.applyAsInt(Map.of()), metadataMatch);
      case ClusterTarget.Weighted(List<WeightedCluster> clusters, String randomHeader) -> {
        List<WeightedCluster> used = clusters.stream().filter(c -> c.weight() > 0).toList();
        if (used.isEmpty()) {
          throw new IllegalArgumentException(
              "the weights of " + clusters + " add up to nothing; give one a weight");
        }
        long[] ends = new long[used.size()];
        long sum = 0;
        for (int i = 0; i < ends.length; i++) {
          sum += used.get(i).weight();
          ends[i] = sum;
        }
        yield new WeightedTargets(
            used.stream()
                .map(c -> choice(c, filters.applyAsInt(c.filters()), metadataMatch))
                .toList(),
            ends,
            randomHeader == null ? null : AsciiString.of(randomHeader),
            used.stream().anyMatch(c -> !c.filters().isEmpty()));
      }
    };
  }

  /** Compiles where copies go. */
  static WeightedTargets compile(Mirror mirror) {
    return mirror.fromHeader()
        ? single("", AsciiString.of(mirror.cluster()), 0, Map.of())
        : single(mirror.cluster(), null, 0, Map.of());
  }

  private static WeightedTargets single(
      String cluster,
      @Nullable AsciiString header,
      int filters,
      Map<String, MetadataValue> metadataMatch) {
    Target target =
        new Target(
            cluster, HeaderChanges.NONE, null, filters, MetadataCriteria.compile(metadataMatch));
    return new WeightedTargets(List.of(new Choice(target, header)), new long[] {1}, null, false);
  }

  private static Choice choice(
      WeightedCluster cluster, int filters, Map<String, MetadataValue> metadataMatch) {
    String host = cluster.host();
    return new Choice(
        new Target(
            cluster.fromHeader() ? "" : cluster.cluster(),
            HeaderChanges.compile(cluster.headers()),
            host == null ? null : AsciiString.of(host),
            filters,
            MetadataCriteria.merge(metadataMatch, cluster.metadataMatch())),
        cluster.fromHeader() ? AsciiString.of(cluster.cluster()) : null);
  }

  /** Whether what is said of HTTP filters depends on the target. */
  public boolean filter() {
    return filter;
  }

  /**
   * The cluster for a request.
   *
   * @param random any bits, which decide unless a header of the request does
   */
  public Target choose(Http2Headers request, long random) {
    if (ends.length == 1) {
      return choices.getFirst().of(request);
    }
    return drawn(randomHeader == null ? random : bits(request, random)).of(request);
  }

  /** The cluster for what is no request. */
  public Target choose(long random) {
    return ends.length == 1 ? choices.getFirst().target() : drawn(random).target();
  }

  private Choice drawn(long bits) {
    long draw = Long.remainderUnsigned(bits, ends[ends.length - 1]);
    int found = Arrays.binarySearch(ends, draw + 1);
    return choices.get(found >= 0 ? found : -found - 1);
  }

  /** The number in the header; what stands there twice, or is none, does not count. */
  private long bits(Http2Headers request, long random) {
    Iterator<CharSequence> values = request.valueIterator(randomHeader);
    if (!values.hasNext()) {
      return random;
    }
    CharSequence value = values.next();
    if (values.hasNext()) {
      return random;
    }
    try {
      return Long.parseUnsignedLong(value, 0, value.length(), 10);
    } catch (NumberFormatException e) {
      return random;
    }
  }
}
