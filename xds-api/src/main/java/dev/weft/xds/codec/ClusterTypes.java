package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.Duration;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DnsLookupFamily;
import io.envoyproxy.envoy.extensions.clusters.dns.v3.DnsCluster;
import java.util.Map;

/**
 * {@code cluster_type} where it says what {@code type} can say too: the extensions that came with
 * Envoy itself. Their fields are moved to where the older way of saying it has them, so that there
 * is one decoder for both.
 */
final class ClusterTypes {
  /** Known by name alone, without a configuration. */
  private static final Map<String, DiscoveryType> NAMED =
      Map.of(
          "envoy.cluster.static", DiscoveryType.STATIC,
          "envoy.cluster.eds", DiscoveryType.EDS,
          "envoy.cluster.strict_dns", DiscoveryType.STRICT_DNS,
          "envoy.cluster.logical_dns", DiscoveryType.LOGICAL_DNS,
          "envoy.cluster.original_dst", DiscoveryType.ORIGINAL_DST);

  private ClusterTypes() {}

  /** The cluster without a {@code cluster_type}, if its {@code type} can say the same. */
  static Cluster plain(Cluster cluster, DecodeScope scope) {
    if (!cluster.hasClusterType()) {
      return cluster;
    }
    Any config = cluster.getClusterType().getTypedConfig();
    DiscoveryType named = NAMED.get(cluster.getClusterType().getName());
    if (named != null && config.getTypeUrl().isEmpty()) {
      return cluster.toBuilder().clearClusterType().setType(named).build();
    }
    if (!Extensions.is(config, DnsCluster.getDefaultInstance())) {
      return cluster;
    }
    DecodeScope at = scope.at("cluster_type").at("typed_config");
    DnsCluster dns = at.unpack(config, DnsCluster.getDefaultInstance());
    return dns == null ? cluster : plain(cluster, dns, at);
  }

  /** Of the older fields none counts beside the newer ones, not even where those are not set. */
  private static Cluster plain(Cluster cluster, DnsCluster dns, DecodeScope at) {
    Cluster.Builder plain =
        cluster.toBuilder()
            .clearClusterType()
            .setType(
                dns.getAllAddressesInSingleEndpoint()
                    ? DiscoveryType.LOGICAL_DNS
                    : DiscoveryType.STRICT_DNS)
            .clearDnsRefreshRate()
            .clearDnsFailureRefreshRate()
            .setRespectDnsTtl(dns.getRespectDnsTtl())
            .setDnsLookupFamily(family(dns, at.at("dns_lookup_family")));
    if (dns.hasTypedDnsResolverConfig()) {
      plain.setTypedDnsResolverConfig(dns.getTypedDnsResolverConfig());
    }
    if (dns.hasDnsRefreshRate() && positive(dns.getDnsRefreshRate(), at.at("dns_refresh_rate"))) {
      plain.setDnsRefreshRate(dns.getDnsRefreshRate());
    }
    if (dns.hasDnsFailureRefreshRate()) {
      DecodeScope failures = at.at("dns_failure_refresh_rate");
      DnsCluster.RefreshRate rate = dns.getDnsFailureRefreshRate();
      boolean rates = positive(rate.getBaseInterval(), failures.at("base_interval"));
      if (rate.hasMaxInterval()) {
        rates &= positive(rate.getMaxInterval(), failures.at("max_interval"));
      }
      if (rates) {
        Cluster.RefreshRate.Builder older = plain.getDnsFailureRefreshRateBuilder();
        older.setBaseInterval(rate.getBaseInterval());
        if (rate.hasMaxInterval()) {
          older.setMaxInterval(rate.getMaxInterval());
        }
      }
    }
    return plain.build();
  }

  private static boolean positive(Duration duration, DecodeScope scope) {
    boolean positive = DnsClusters.LEAST.compareTo(Wire.duration(duration, scope)) < 0;
    scope.require(positive, "must be greater than 0.001s");
    return positive;
  }

  private static DnsLookupFamily family(DnsCluster dns, DecodeScope scope) {
    return switch (dns.getDnsLookupFamily()) {
      case UNSPECIFIED, AUTO -> DnsLookupFamily.AUTO;
      case V4_ONLY -> DnsLookupFamily.V4_ONLY;
      case V6_ONLY -> DnsLookupFamily.V6_ONLY;
      case V4_PREFERRED -> DnsLookupFamily.V4_PREFERRED;
      case ALL -> DnsLookupFamily.ALL;
      case UNRECOGNIZED -> {
        scope.problem("is not known");
        yield DnsLookupFamily.AUTO;
      }
    };
  }
}
