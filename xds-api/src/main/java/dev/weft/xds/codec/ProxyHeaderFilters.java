package dev.weft.xds.codec;

import dev.weft.xds.model.ProxyHeaderVersion;
import dev.weft.xds.model.ProxyHeaders;
import dev.weft.xds.model.TlvChoice;
import io.envoyproxy.envoy.config.core.v3.ProxyProtocolConfig.Version;
import io.envoyproxy.envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol;
import java.util.EnumSet;
import java.util.Set;

/** {@code envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol}. */
final class ProxyHeaderFilters {
  private ProxyHeaderFilters() {}

  static ProxyHeaders decode(ProxyProtocol filter, DecodeScope scope) {
    Set<ProxyHeaderVersion> versions = EnumSet.allOf(ProxyHeaderVersion.class);
    for (int i = 0; i < filter.getDisallowedVersionsCount(); i++) {
      switch (filter.getDisallowedVersions(i)) {
        case V1 -> versions.remove(ProxyHeaderVersion.V1);
        case V2 -> versions.remove(ProxyHeaderVersion.V2);
        case UNRECOGNIZED -> scope.at("disallowed_versions", i).problem("is not known");
      }
    }
    if (!scope
        .at("disallowed_versions")
        .require(!versions.isEmpty(), "must leave a version that is allowed")) {
      versions.add(ProxyHeaderVersion.V2);
    }
    return new ProxyHeaders(
        filter.getAllowRequestsWithoutProxyProtocol(),
        versions,
        filter.getStatPrefix(),
        Tlvs.choice(
            filter.hasPassThroughTlvs(),
            filter.getPassThroughTlvs(),
            scope.at("pass_through_tlvs")),
        Tlvs.notes(filter, scope));
  }

  static ProxyProtocol encode(ProxyHeaders headers) {
    ProxyProtocol.Builder filter =
        ProxyProtocol.newBuilder()
            .setAllowRequestsWithoutProxyProtocol(headers.optional())
            .setStatPrefix(headers.statPrefix());
    if (!headers.kept().equals(TlvChoice.NONE)) {
      filter.setPassThroughTlvs(Tlvs.encode(headers.kept()));
    }
    filter.addAllRules(Tlvs.rules(headers.notes()));
    for (ProxyHeaderVersion version : ProxyHeaderVersion.values()) {
      if (!headers.versions().contains(version)) {
        filter.addDisallowedVersions(Version.valueOf(version.name()));
      }
    }
    return filter.build();
  }
}
