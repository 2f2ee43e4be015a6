package dev.weft.xds.codec;

import dev.weft.xds.model.SocketAddress;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.network.dns_resolver.cares.v3.CaresDnsResolverConfig;
import io.envoyproxy.envoy.extensions.network.dns_resolver.getaddrinfo.v3.GetAddrInfoDnsResolverConfig;
import java.util.ArrayList;
import java.util.List;

/** {@code typed_dns_resolver_config}: who is asked for names. */
final class DnsResolvers {
  private static final CaresDnsResolverConfig CARES = CaresDnsResolverConfig.getDefaultInstance();
  private static final GetAddrInfoDnsResolverConfig SYSTEM =
      GetAddrInfoDnsResolverConfig.getDefaultInstance();

  private DnsResolvers() {}

  /** The name servers; empty for those that the system asks. */
  static List<SocketAddress> decode(TypedExtensionConfig config, DecodeScope scope) {
    DecodeScope at = scope.at("typed_config");
    if (Extensions.is(config.getTypedConfig(), SYSTEM)) {
      at.unpack(config.getTypedConfig(), SYSTEM);
      return List.of();
    }
    if (!Extensions.is(config.getTypedConfig(), CARES)) {
      at.problem(
          "is not supported: only CaresDnsResolverConfig and GetAddrInfoDnsResolverConfig are");
      return List.of();
    }
    CaresDnsResolverConfig cares = at.unpack(config.getTypedConfig(), CARES);
    List<SocketAddress> servers = new ArrayList<>();
    for (int i = 0; cares != null && i < cares.getResolversCount(); i++) {
      servers.add(Wire.address(cares.getResolvers(i), false, at.at("resolvers", i)));
    }
    return servers;
  }

  static void encode(List<SocketAddress> servers, Cluster.Builder cluster) {
    if (!servers.isEmpty()) {
      CaresDnsResolverConfig.Builder cares = CaresDnsResolverConfig.newBuilder();
      servers.forEach(server -> cares.addResolvers(Wire.address(server)));
      cluster
          .getTypedDnsResolverConfigBuilder()
          .setName("envoy.network.dns_resolver.cares")
          .setTypedConfig(Extensions.pack(cares.build()));
    }
  }
}
