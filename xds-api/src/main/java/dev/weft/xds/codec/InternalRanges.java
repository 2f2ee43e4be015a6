package dev.weft.xds.codec;

import dev.weft.xds.model.CidrRange;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.InternalAddressConfig;
import java.util.ArrayList;
import java.util.List;

/** {@code internal_address_config} of a connection manager. */
final class InternalRanges {
  /** Those of a configuration that names none, as Envoy has them. */
  private static final List<CidrRange> PRIVATE =
      List.of(
          new CidrRange("10.0.0.0", 8),
          new CidrRange("172.16.0.0", 12),
          new CidrRange("192.168.0.0", 16),
          new CidrRange("127.0.0.1", 32),
          new CidrRange("fd00::", 8),
          new CidrRange("::1", 128));

  private InternalRanges() {}

  static List<CidrRange> decode(HttpConnectionManager manager, DecodeScope scope) {
    if (!manager.hasInternalAddressConfig()) {
      return List.of();
    }
    InternalAddressConfig config = manager.getInternalAddressConfig();
    if (config.getCidrRangesCount() == 0) {
      return PRIVATE;
    }
    DecodeScope at = scope.at("internal_address_config");
    List<CidrRange> ranges = new ArrayList<>();
    for (int i = 0; i < config.getCidrRangesCount(); i++) {
      ranges.add(CidrRanges.decode(config.getCidrRanges(i), at.at("cidr_ranges", i)));
    }
    return ranges;
  }

  static void encode(List<CidrRange> ranges, HttpConnectionManager.Builder encoded) {
    for (CidrRange range : ranges) {
      encoded.getInternalAddressConfigBuilder().addCidrRanges(CidrRanges.encode(range));
    }
  }
}
