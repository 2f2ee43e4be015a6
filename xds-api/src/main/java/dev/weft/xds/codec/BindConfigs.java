package dev.weft.xds.codec;

import dev.weft.xds.model.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.BindConfig;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.config.core.v3.BindConfig} of a cluster: where its connections come from. */
final class BindConfigs {
  private BindConfigs() {}

  /** One address of each family at most, that of {@code source_address} first. */
  @SuppressWarnings("deprecation") // Envoy takes additional_source_addresses still.
  static List<SocketAddress> decode(BindConfig config, DecodeScope scope) {
    List<SocketAddress> sources = new ArrayList<>();
    if (config.hasSourceAddress()) {
      sources.add(source(config.getSourceAddress(), scope.at("source_address")));
    }
    for (int i = 0; i < config.getAdditionalSourceAddressesCount(); i++) {
      add(
          source(
              config.getAdditionalSourceAddresses(i), scope.at("additional_source_addresses", i)),
          sources,
          scope.at("additional_source_addresses", i));
    }
    for (int i = 0; i < config.getExtraSourceAddressesCount(); i++) {
      DecodeScope at = scope.at("extra_source_addresses", i);
      add(
          source(config.getExtraSourceAddresses(i).getAddress(), at.at("address")),
          sources,
          at.at("address"));
    }
    return sources;
  }

  private static void add(SocketAddress more, List<SocketAddress> sources, DecodeScope scope) {
    boolean first = scope.require(!sources.isEmpty(), "must not be set without source_address");
    boolean room = first && scope.require(sources.size() < 2, "is a third address");
    boolean other =
        room
            && scope.require(
                isV6(more) != isV6(sources.getFirst()), "must be of another family than the first");
    if (other) {
      sources.add(more);
    }
  }

  private static boolean isV6(SocketAddress address) {
    return address.host().indexOf(':') >= 0;
  }

  private static SocketAddress source(
      io.envoyproxy.envoy.config.core.v3.SocketAddress socket, DecodeScope scope) {
    String host = socket.getAddress();
    boolean known =
        scope.at("address").require(Wire.isIpLiteral(host), Wire.notLiteral(host))
            & scope.at("port_value").require(socket.hasPortValue(), "must be set");
    return known
        ? new SocketAddress(
            host, Wire.number(socket.getPortValue(), 0, 65535, scope.at("port_value")))
        : new SocketAddress("0.0.0.0", 0);
  }

  static BindConfig encode(List<SocketAddress> sources) {
    BindConfig.Builder encoded = BindConfig.newBuilder();
    for (SocketAddress source : sources) {
      Address address = Wire.address(source);
      if (encoded.hasSourceAddress()) {
        encoded.addExtraSourceAddressesBuilder().setAddress(address.getSocketAddress());
      } else {
        encoded.setSourceAddress(address.getSocketAddress());
      }
    }
    return encoded.build();
  }
}
