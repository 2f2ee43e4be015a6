package dev.weft.xds.codec;

import dev.weft.xds.model.Cluster.ByName;
import dev.weft.xds.model.Cluster.LogicalDns;
import dev.weft.xds.model.Cluster.StrictDns;
import dev.weft.xds.model.DnsResolution;
import dev.weft.xds.model.EndpointSet;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DnsLookupFamily;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.RefreshRate;
import java.time.Duration;
import java.util.List;

/** What clusters say whose endpoints have names, as fields of {@link Cluster} itself. */
@SuppressWarnings("deprecation") // what replaces them says the same, see ClusterTypes
final class DnsClusters {
  private static final Duration DEFAULT_REFRESH = Duration.ofSeconds(5);
  static final Duration LEAST = Duration.ofMillis(1);
  private static final int MAX_OF_BASE = 10;

  private DnsClusters() {}

  static StrictDns strict(Cluster cluster, DecodeScope scope) {
    return new StrictDns(endpoints(cluster, scope), resolution(cluster, scope));
  }

  static LogicalDns logical(Cluster cluster, DecodeScope scope) {
    EndpointSet endpoints = endpoints(cluster, scope);
    scope
        .at("load_assignment")
        .require(
            endpoints.localities().size() == 1
                && endpoints.localities().getFirst().endpoints().size() == 1,
            "must have one locality with one endpoint in a cluster of type LOGICAL_DNS");
    return new LogicalDns(endpoints, resolution(cluster, scope));
  }

  private static EndpointSet endpoints(Cluster cluster, DecodeScope scope) {
    return cluster.hasLoadAssignment()
        ? EndpointSetCodec.convert(cluster.getLoadAssignment(), true, scope.at("load_assignment"))
        : EndpointSetCodec.none(cluster.getName());
  }

  private static DnsResolution resolution(Cluster cluster, DecodeScope scope) {
    return new DnsResolution(
        cluster.hasDnsRefreshRate()
            ? rate(cluster.getDnsRefreshRate(), scope.at("dns_refresh_rate"))
            : DEFAULT_REFRESH,
        cluster.getRespectDnsTtl(),
        cluster.hasDnsFailureRefreshRate()
            ? backoff(cluster.getDnsFailureRefreshRate(), scope.at("dns_failure_refresh_rate"))
            : null,
        family(cluster.getDnsLookupFamily(), scope.at("dns_lookup_family")),
        cluster.hasTypedDnsResolverConfig()
            ? DnsResolvers.decode(
                cluster.getTypedDnsResolverConfig(), scope.at("typed_dns_resolver_config"))
            : List.of());
  }

  private static DnsResolution.Backoff backoff(RefreshRate rate, DecodeScope scope) {
    Duration base = rate(rate.getBaseInterval(), scope.at("base_interval"));
    Duration max =
        rate.hasMaxInterval()
            ? rate(rate.getMaxInterval(), scope.at("max_interval"))
            : base.multipliedBy(MAX_OF_BASE);
    scope.at("max_interval").require(max.compareTo(base) >= 0, "must be at least base_interval");
    return new DnsResolution.Backoff(base, max);
  }

  private static Duration rate(com.google.protobuf.Duration duration, DecodeScope scope) {
    Duration rate = Wire.duration(duration, scope);
    scope.require(rate.compareTo(LEAST) > 0, "must be greater than 0.001s");
    return rate;
  }

  private static DnsResolution.Family family(DnsLookupFamily family, DecodeScope scope) {
    return switch (family) {
      case AUTO -> DnsResolution.Family.AUTO;
      case V4_ONLY -> DnsResolution.Family.V4_ONLY;
      case V6_ONLY -> DnsResolution.Family.V6_ONLY;
      case V4_PREFERRED -> DnsResolution.Family.V4_PREFERRED;
      case ALL -> DnsResolution.Family.ALL;
      case UNRECOGNIZED -> {
        scope.problem("is not known");
        yield DnsResolution.Family.AUTO;
      }
    };
  }

  static void encode(Cluster.Builder encoded, ByName dns) {
    DnsResolution resolution = dns.resolution();
    DnsResolvers.encode(resolution.servers(), encoded);
    encoded
        .setType(dns instanceof LogicalDns ? DiscoveryType.LOGICAL_DNS : DiscoveryType.STRICT_DNS)
        .setLoadAssignment(EndpointSetCodec.message(dns.endpoints()))
        .setDnsRefreshRate(Wire.duration(resolution.refreshRate()))
        .setRespectDnsTtl(resolution.respectTtl())
        .setDnsLookupFamily(DnsLookupFamily.valueOf(resolution.family().name()));
    DnsResolution.Backoff backoff = resolution.failureRefresh();
    if (backoff != null) {
      encoded
          .getDnsFailureRefreshRateBuilder()
          .setBaseInterval(Wire.duration(backoff.base()))
          .setMaxInterval(Wire.duration(backoff.max()));
    }
  }
}
