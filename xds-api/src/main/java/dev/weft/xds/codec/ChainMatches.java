package dev.weft.xds.codec;

import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.CidrRange;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch.ConnectionSourceType;
import java.util.List;
import java.util.Locale;

/** {@code envoy.config.listener.v3.FilterChainMatch}. */
final class ChainMatches {
  private ChainMatches() {}

  /** Notes every problem of a match; false if any of its addresses has one. */
  static boolean check(FilterChainMatch match, DecodeScope scope) {
    if (match.hasDestinationPort()) {
      Wire.number(match.getDestinationPort().getValue(), 1, 65535, scope.at("destination_port"));
    }
    for (int i = 0; i < match.getSourcePortsCount(); i++) {
      Wire.number(match.getSourcePorts(i), 1, 65535, scope.at("source_ports", i));
    }
    for (int i = 0; i < match.getServerNamesCount(); i++) {
      String name = match.getServerNames(i);
      String rest = name.startsWith("*.") ? name.substring(2) : name;
      scope
          .at("server_names", i)
          .require(
              !rest.isEmpty() && rest.indexOf('*') < 0,
              "\"" + name + "\" is not a server name: a name, or *. and a name");
    }
    String transport = match.getTransportProtocol();
    scope
        .at("transport_protocol")
        .require(
            transport.isEmpty() || transport.equals("tls") || transport.equals("raw_buffer"),
            "\"" + transport + "\" is not supported: only tls and raw_buffer are");
    scope
        .at("source_type")
        .require(
            match.getSourceType() != ConnectionSourceType.UNRECOGNIZED,
            "is none of ANY, SAME_IP_OR_LOOPBACK and EXTERNAL");
    return ranges(match.getPrefixRangesList(), "prefix_ranges", scope)
        & ranges(match.getDirectSourcePrefixRangesList(), "direct_source_prefix_ranges", scope)
        & ranges(match.getSourcePrefixRangesList(), "source_prefix_ranges", scope);
  }

  private static boolean ranges(
      List<io.envoyproxy.envoy.config.core.v3.CidrRange> ranges, String field, DecodeScope scope) {
    boolean good = true;
    for (int i = 0; i < ranges.size(); i++) {
      good &= CidrRanges.check(ranges.get(i), scope.at(field, i));
    }
    return good;
  }

  /** Converts a match that has been or will be checked. */
  static ChainMatch decode(FilterChainMatch match) {
    return new ChainMatch(
        match.hasDestinationPort() ? match.getDestinationPort().getValue() : null,
        ranges(match.getPrefixRangesList()),
        match.getServerNamesList().stream().map(name -> name.toLowerCase(Locale.ROOT)).toList(),
        match.getTransportProtocol().isEmpty() ? null : match.getTransportProtocol(),
        match.getApplicationProtocolsList(),
        ranges(match.getDirectSourcePrefixRangesList()),
        switch (match.getSourceType()) {
          case SAME_IP_OR_LOOPBACK -> ChainMatch.SourceType.SAME_IP_OR_LOOPBACK;
          case EXTERNAL -> ChainMatch.SourceType.EXTERNAL;
          case ANY, UNRECOGNIZED -> null;
        },
        ranges(match.getSourcePrefixRangesList()),
        match.getSourcePortsList());
  }

  private static List<CidrRange> ranges(List<io.envoyproxy.envoy.config.core.v3.CidrRange> ranges) {
    return ranges.stream().map(CidrRanges::of).toList();
  }

  static FilterChainMatch encode(ChainMatch match) {
    FilterChainMatch.Builder encoded =
        FilterChainMatch.newBuilder()
            .addAllPrefixRanges(encode(match.prefixRanges()))
            .addAllServerNames(match.serverNames())
            .addAllApplicationProtocols(match.applicationProtocols())
            .addAllDirectSourcePrefixRanges(encode(match.directSourcePrefixRanges()))
            .addAllSourcePrefixRanges(encode(match.sourcePrefixRanges()))
            .addAllSourcePorts(match.sourcePorts());
    if (match.destinationPort() != null) {
      encoded.setDestinationPort(Wire.uint32(match.destinationPort()));
    }
    if (match.sourceType() != null) {
      encoded.setSourceType(ConnectionSourceType.valueOf(match.sourceType().name()));
    }
    if (match.transportProtocol() != null) {
      encoded.setTransportProtocol(match.transportProtocol());
    }
    return encoded.build();
  }

  private static List<io.envoyproxy.envoy.config.core.v3.CidrRange> encode(List<CidrRange> ranges) {
    return ranges.stream().map(CidrRanges::encode).toList();
  }
}
