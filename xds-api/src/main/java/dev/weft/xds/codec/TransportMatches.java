package dev.weft.xds.codec;

import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.TransportMatch;
import dev.weft.xds.model.UpstreamTransport;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.TransportSocketMatch;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.config.cluster.v3.Cluster.TransportSocketMatch}. */
final class TransportMatches {
  private TransportMatches() {}

  static List<TransportMatch> decode(
      Cluster cluster, UpstreamProtocol protocol, DecodeScope scope) {
    List<TransportMatch> matches = new ArrayList<>();
    for (int i = 0; i < cluster.getTransportSocketMatchesCount(); i++) {
      matches.add(
          decode(
              cluster.getTransportSocketMatches(i),
              protocol,
              scope.at("transport_socket_matches", i)));
    }
    return matches;
  }

  private static TransportMatch decode(
      TransportSocketMatch match, UpstreamProtocol protocol, DecodeScope scope) {
    DecodeScope at = scope.at("transport_socket");
    UpstreamTransport transport = UpstreamTransport.PLAINTEXT;
    if (at.require(match.hasTransportSocket(), "must be set")) {
      transport = TransportSockets.upstream(match.getTransportSocket(), at);
      at.require(
          protocol != UpstreamProtocol.AUTO || transport.tls() != null,
          "must be TLS: the cluster has auto_config");
    }
    return new TransportMatch(
        Wire.text(match.getName(), scope.at("name")),
        MetadataValues.decode(match.getMatch()),
        transport);
  }

  static void encode(List<TransportMatch> matches, Cluster.Builder encoded) {
    for (TransportMatch match : matches) {
      encoded
          .addTransportSocketMatchesBuilder()
          .setName(match.name())
          .setMatch(MetadataValues.encode(match.match()))
          .setTransportSocket(TransportSockets.encode(match.transport()));
    }
  }
}
