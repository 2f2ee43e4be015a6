package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.VirtualCluster;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.config.route.v3.VirtualCluster}. */
final class VirtualClusters {
  private VirtualClusters() {}

  /**
   * @param scope of the virtual host
   */
  static List<VirtualCluster> decode(
      List<io.envoyproxy.envoy.config.route.v3.VirtualCluster> clusters, DecodeScope scope) {
    List<VirtualCluster> decoded = new ArrayList<>();
    for (int i = 0; i < clusters.size(); i++) {
      decoded.add(decode(clusters.get(i), scope.at("virtual_clusters", i)));
    }
    return decoded;
  }

  private static VirtualCluster decode(
      io.envoyproxy.envoy.config.route.v3.VirtualCluster cluster, DecodeScope scope) {
    DecodeScope headers = scope.at("headers");
    headers.require(
        cluster.getHeadersCount() > 0, "must not be empty: it says which requests are counted");
    List<HeaderMatch> matches = new ArrayList<>();
    for (int i = 0; i < cluster.getHeadersCount(); i++) {
      matches.add(HeaderMatches.decode(cluster.getHeaders(i), scope.at("headers", i)));
    }
    return new VirtualCluster(Wire.text(cluster.getName(), scope.at("name")), matches);
  }

  static List<io.envoyproxy.envoy.config.route.v3.VirtualCluster> encode(
      List<VirtualCluster> clusters) {
    return clusters.stream()
        .map(
            cluster ->
                io.envoyproxy.envoy.config.route.v3.VirtualCluster.newBuilder()
                    .setName(cluster.name())
                    .addAllHeaders(cluster.headers().stream().map(HeaderMatches::encode).toList())
                    .build())
        .toList();
  }
}
