package dev.weft.xds.codec;

import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.HeaderMutations;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import io.envoyproxy.envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Weighted clusters, as routes and as TCP relays have them. */
final class ClusterTargets {
  private static final long MAX_SUM = 0xffff_ffffL;

  private ClusterTargets() {}

  static ClusterTarget decode(WeightedCluster weighted, DecodeScope scope) {
    List<ClusterTarget.WeightedCluster> clusters = new ArrayList<>();
    for (int i = 0; i < weighted.getClustersCount(); i++) {
      ClusterWeight cluster = weighted.getClusters(i);
      DecodeScope at = scope.at("clusters", i);
      at.at("weight").require(cluster.hasWeight(), "must be set");
      boolean fromHeader = !cluster.getClusterHeader().isEmpty();
      at.require(
          cluster.getName().isEmpty() == fromHeader, "must have one of name and cluster_header");
      String host = cluster.getHostRewriteLiteral();
      at.at("host_rewrite_literal")
          .require(HeaderNames.isValue(host), "has a line end or a NUL, which no host has");
      clusters.add(
          new ClusterTarget.WeightedCluster(
              fromHeader
                  ? HeaderNames.matched(cluster.getClusterHeader(), at.at("cluster_header"))
                  : cluster.getName(),
              fromHeader,
              weight(weighted.getRuntimeKeyPrefix(), cluster, scope),
              HeaderMutationsCodec.decode(
                  cluster.getRequestHeadersToAddList(),
                  cluster.getRequestHeadersToRemoveList(),
                  cluster.getResponseHeadersToAddList(),
                  cluster.getResponseHeadersToRemoveList(),
                  at),
              host.isEmpty() ? null : host,
              FilterOverrides.decode(cluster.getTypedPerFilterConfigMap(), at),
              MetadataValues.balancing(cluster.getMetadataMatch())));
    }
    long sum = checkSum(clusters, scope);
    if (weighted.hasTotalWeight()) {
      long total = Integer.toUnsignedLong(weighted.getTotalWeight().getValue());
      scope
          .at("total_weight")
          .require(
              total == sum || !weighted.getRuntimeKeyPrefix().isEmpty(),
              "is " + total + ", but the weights add up to " + sum);
    }
    String header = weighted.getHeaderName();
    return new ClusterTarget.Weighted(
        clusters, header.isEmpty() ? null : HeaderNames.matched(header, scope.at("header_name")));
  }

  private static long weight(String runtimePrefix, ClusterWeight cluster, DecodeScope scope) {
    long weight = Integer.toUnsignedLong(cluster.getWeight().getValue());
    return runtimePrefix.isEmpty()
        ? weight
        : scope.runtime().integer(runtimePrefix + "." + cluster.getName(), weight);
  }

  static ClusterTarget decode(TcpProxy.WeightedCluster weighted, DecodeScope scope) {
    List<ClusterTarget.WeightedCluster> clusters = new ArrayList<>();
    for (int i = 0; i < weighted.getClustersCount(); i++) {
      TcpProxy.WeightedCluster.ClusterWeight cluster = weighted.getClusters(i);
      DecodeScope at = scope.at("clusters", i);
      at.at("weight").require(cluster.getWeight() != 0, "must be at least 1");
      clusters.add(
          new ClusterTarget.WeightedCluster(
              Wire.text(cluster.getName(), at.at("name")),
              false,
              Integer.toUnsignedLong(cluster.getWeight()),
              HeaderMutations.NONE,
              null,
              Map.of(),
              MetadataValues.balancing(cluster.getMetadataMatch())));
    }
    checkSum(clusters, scope);
    return new ClusterTarget.Weighted(clusters);
  }

  private static long checkSum(List<ClusterTarget.WeightedCluster> clusters, DecodeScope scope) {
    long sum = clusters.stream().mapToLong(ClusterTarget.WeightedCluster::weight).sum();
    scope
        .at("clusters")
        .require(
            sum >= 1 && sum <= MAX_SUM,
            "have weights that add up to " + sum + ", must be 1.." + MAX_SUM);
    return sum;
  }

  static WeightedCluster encode(ClusterTarget.Weighted weighted) {
    WeightedCluster.Builder encoded = WeightedCluster.newBuilder();
    if (weighted.randomHeader() != null) {
      encoded.setHeaderName(weighted.randomHeader());
    }
    for (ClusterTarget.WeightedCluster cluster : weighted.clusters()) {
      HeaderMutations headers = cluster.headers();
      ClusterWeight.Builder weight = encoded.addClustersBuilder();
      if (cluster.fromHeader()) {
        weight.setClusterHeader(cluster.cluster());
      } else {
        weight.setName(cluster.cluster());
      }
      if (cluster.host() != null) {
        weight.setHostRewriteLiteral(cluster.host());
      }
      weight
          .setWeight(Wire.uint32((int) cluster.weight()))
          .addAllRequestHeadersToAdd(HeaderMutationsCodec.encode(headers.requestAdd()))
          .addAllRequestHeadersToRemove(headers.requestRemove())
          .addAllResponseHeadersToAdd(HeaderMutationsCodec.encode(headers.responseAdd()))
          .addAllResponseHeadersToRemove(headers.responseRemove())
          .putAllTypedPerFilterConfig(FilterOverrides.encode(cluster.filters()));
      if (!cluster.metadataMatch().isEmpty()) {
        weight.setMetadataMatch(MetadataValues.balancing(cluster.metadataMatch()));
      }
    }
    return encoded.build();
  }

  static TcpProxy.WeightedCluster encodeTcp(ClusterTarget.Weighted weighted) {
    TcpProxy.WeightedCluster.Builder encoded = TcpProxy.WeightedCluster.newBuilder();
    for (ClusterTarget.WeightedCluster cluster : weighted.clusters()) {
      TcpProxy.WeightedCluster.ClusterWeight.Builder weight =
          encoded.addClustersBuilder().setName(cluster.cluster()).setWeight((int) cluster.weight());
      if (!cluster.metadataMatch().isEmpty()) {
        weight.setMetadataMatch(MetadataValues.balancing(cluster.metadataMatch()));
      }
    }
    return encoded.build();
  }
}
