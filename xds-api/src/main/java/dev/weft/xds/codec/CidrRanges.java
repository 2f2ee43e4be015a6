package dev.weft.xds.codec;

import dev.weft.xds.model.CidrRange;

/** {@code envoy.config.core.v3.CidrRange}. */
final class CidrRanges {
  private CidrRanges() {}

  /** A range, or a problem and 0.0.0.0/0. */
  static CidrRange decode(io.envoyproxy.envoy.config.core.v3.CidrRange range, DecodeScope scope) {
    return check(range, scope) ? of(range) : new CidrRange("0.0.0.0", 0);
  }

  /** Notes every problem; false if there is any. */
  static boolean check(io.envoyproxy.envoy.config.core.v3.CidrRange range, DecodeScope scope) {
    String address = range.getAddressPrefix();
    int max = address.indexOf(':') < 0 ? 32 : 128;
    long length = Integer.toUnsignedLong(range.getPrefixLen().getValue());
    return scope.at("address_prefix").require(Wire.isIpLiteral(address), Wire.notLiteral(address))
        & scope.at("prefix_len").require(length <= max, "is " + length + ", must be 0.." + max);
  }

  /** A range that has been or will be checked. */
  static CidrRange of(io.envoyproxy.envoy.config.core.v3.CidrRange range) {
    return new CidrRange(range.getAddressPrefix(), range.getPrefixLen().getValue());
  }

  static io.envoyproxy.envoy.config.core.v3.CidrRange encode(CidrRange range) {
    return io.envoyproxy.envoy.config.core.v3.CidrRange.newBuilder()
        .setAddressPrefix(range.addressPrefix())
        .setPrefixLen(Wire.uint32(range.prefixLength()))
        .build();
  }
}
