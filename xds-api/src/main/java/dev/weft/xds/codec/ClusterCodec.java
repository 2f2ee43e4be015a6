package dev.weft.xds.codec;

import dev.weft.xds.model.Cluster.Aggregate;
import dev.weft.xds.model.Cluster.ByName;
import dev.weft.xds.model.Cluster.Discovery;
import dev.weft.xds.model.Cluster.Eds;
import dev.weft.xds.model.Cluster.OriginalDst;
import dev.weft.xds.model.Cluster.Static;
import dev.weft.xds.model.Cluster.Tracked;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.TransportMatch;
import dev.weft.xds.model.UpstreamTransport;
import dev.weft.xds.resource.XdsType;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.cluster.v3.Cluster.DiscoveryType;
import io.envoyproxy.envoy.type.v3.Percent;
import java.time.Duration;
import java.util.List;

/** {@code envoy.config.cluster.v3.Cluster}. */
final class ClusterCodec implements ResourceCodec<Cluster, dev.weft.xds.model.Cluster> {
  private static final Duration DEFAULT_CONNECT = Duration.ofSeconds(5);
  private static final int DEFAULT_PANIC = 50;

  private final FieldPolicy policy;

  ClusterCodec(FieldPolicy policy) {
    this.policy = policy;
  }

  @Override
  public XdsType type() {
    return XdsType.CLUSTER;
  }

  @Override
  public Cluster prototype() {
    return Cluster.getDefaultInstance();
  }

  @Override
  public Decoded<dev.weft.xds.model.Cluster> decode(Cluster message) {
    return DecodeScope.decode(policy, message, ClusterCodec::convert);
  }

  private static dev.weft.xds.model.Cluster convert(Cluster message, DecodeScope scope) {
    Cluster cluster = ClusterTypes.plain(message, scope);
    UpstreamTransport transport =
        cluster.hasTransportSocket()
            ? TransportSockets.upstream(cluster.getTransportSocket(), scope.at("transport_socket"))
            : UpstreamTransport.PLAINTEXT;
    UpstreamProtocols.Options options = UpstreamProtocols.decode(cluster, scope);
    scope
        .at("typed_extension_protocol_options")
        .require(
            options.protocol() != UpstreamProtocol.AUTO || transport.tls() != null,
            "have auto_config, which needs a transport_socket with TLS");
    List<TransportMatch> matches = TransportMatches.decode(cluster, options.protocol(), scope);
    RequestNamesCodec.requireTrust(options.names(), transport.tls(), "transport_socket", scope);
    for (TransportMatch match : matches) {
      RequestNamesCodec.requireTrust(
          options.names(), match.transport().tls(), "each of transport_socket_matches", scope);
    }
    Duration connect =
        cluster.hasConnectTimeout()
            ? Wire.duration(cluster.getConnectTimeout(), scope.at("connect_timeout"))
            : DEFAULT_CONNECT;
    scope.at("connect_timeout").require(connect.isPositive(), "must be greater than 0s");
    scope
        .at("common_lb_config")
        .at("consistent_hashing_lb_config")
        .at("use_hostname_for_hashing")
        .require(
            cluster.getType() == DiscoveryType.STRICT_DNS
                || !cluster
                    .getCommonLbConfig()
                    .getConsistentHashingLbConfig()
                    .getUseHostnameForHashing(),
            "is for clusters of type STRICT_DNS");
    return new dev.weft.xds.model.Cluster(
        Wire.text(cluster.getName(), scope.at("name")),
        discovery(cluster, scope),
        Balancing.decode(cluster, scope),
        connect,
        options.protocol(),
        transport.tls(),
        CircuitBreakersCodec.decode(cluster.getCircuitBreakers(), scope.at("circuit_breakers")),
        cluster.hasOutlierDetection()
            ? OutlierDetections.decode(cluster.getOutlierDetection(), scope.at("outlier_detection"))
            : null,
        options.common().maxRequestsPerConnection(),
        options.common().idleTimeout(),
        panicThreshold(cluster, scope),
        HealthChecks.decode(cluster, options.protocol(), scope),
        matches,
        transport.proxyHeader(),
        ConnectionPolicies.decode(cluster, options, scope),
        cluster.getAltStatName(),
        tracked(cluster, scope.at("track_cluster_stats")),
        MetadataValues.namespaces(cluster.getMetadata()));
  }

  @SuppressWarnings("deprecation") // Envoy takes track_timeout_budgets still.
  private static Tracked tracked(Cluster cluster, DecodeScope scope) {
    var more = cluster.getTrackClusterStats();
    // Whoever asks would make up names of statistics.
    scope
        .at("per_endpoint_stats")
        .require(
            !more.getPerEndpointStats() || cluster.getType() != DiscoveryType.ORIGINAL_DST,
            "is not supported in clusters of type ORIGINAL_DST");
    return new Tracked(
        cluster.getTrackTimeoutBudgets() || more.getTimeoutBudgets(),
        more.getRequestResponseSizes(),
        more.getPerEndpointStats());
  }

  private static Discovery discovery(Cluster cluster, DecodeScope scope) {
    if (cluster.hasClusterType()) {
      return AggregateClusters.decode(cluster, scope);
    }
    DecodeScope eds = scope.at("eds_cluster_config");
    DecodeScope load = scope.at("load_assignment");
    if (cluster.getType() == DiscoveryType.EDS) {
      load.require(!cluster.hasLoadAssignment(), "must not be set in a cluster of type EDS");
      String said = cluster.getEdsClusterConfig().getServiceName();
      String service = said.isEmpty() ? cluster.getName() : said;
      Wire.configSource(
          cluster.getEdsClusterConfig().getEdsConfig(),
          XdsType.ENDPOINT,
          service,
          eds.at("eds_config"));
      return new Eds(service);
    }
    eds.require(!cluster.hasEdsClusterConfig(), "must be set in a cluster of type EDS only");
    scope
        .at("original_dst_lb_config")
        .require(
            cluster.getType() == DiscoveryType.ORIGINAL_DST || !cluster.hasOriginalDstLbConfig(),
            "must be set in a cluster of type ORIGINAL_DST only");
    return switch (cluster.getType()) {
      case STATIC -> new Static(endpoints(cluster, load));
      case STRICT_DNS -> DnsClusters.strict(cluster, scope);
      case LOGICAL_DNS -> DnsClusters.logical(cluster, scope);
      case ORIGINAL_DST -> OriginalDsts.decode(cluster, scope);
      case EDS, UNRECOGNIZED -> {
        scope.at("type").problem("is not known");
        yield new Eds("");
      }
    };
  }

  private static EndpointSet endpoints(Cluster cluster, DecodeScope scope) {
    return cluster.hasLoadAssignment()
        ? EndpointSetCodec.convert(cluster.getLoadAssignment(), false, scope)
        : EndpointSetCodec.none(cluster.getName());
  }

  private static int panicThreshold(Cluster cluster, DecodeScope scope) {
    return cluster.getCommonLbConfig().hasHealthyPanicThreshold()
        ? (int)
            Percents.decode(
                cluster.getCommonLbConfig().getHealthyPanicThreshold(),
                scope.at("common_lb_config").at("healthy_panic_threshold"))
        : DEFAULT_PANIC;
  }

  @Override
  public Cluster encode(dev.weft.xds.model.Cluster cluster) {
    Cluster.Builder encoded =
        Cluster.newBuilder()
            .setName(cluster.name())
            .setAltStatName(cluster.statName())
            .setConnectTimeout(Wire.duration(cluster.connectTimeout()));
    if (!cluster.tracked().equals(Tracked.NOTHING)) {
      encoded
          .getTrackClusterStatsBuilder()
          .setTimeoutBudgets(cluster.tracked().timeoutBudgets())
          .setRequestResponseSizes(cluster.tracked().sizes())
          .setPerEndpointStats(cluster.tracked().endpoints());
    }
    if (!cluster.metadata().isEmpty()) {
      encoded.setMetadata(MetadataValues.encodeNamespaces(cluster.metadata()));
    }
    switch (cluster.discovery()) {
      case Eds(String service) ->
          encoded
              .setType(DiscoveryType.EDS)
              .getEdsClusterConfigBuilder()
              .setServiceName(service.equals(cluster.name()) ? "" : service)
              .setEdsConfig(Wire.ADS);
      case Static(EndpointSet endpoints) ->
          encoded
              .setType(DiscoveryType.STATIC)
              .setLoadAssignment(EndpointSetCodec.message(endpoints));
      case ByName dns -> DnsClusters.encode(encoded, dns);
      case OriginalDst original -> OriginalDsts.encode(original, encoded);
      case Aggregate aggregate -> AggregateClusters.encode(aggregate, encoded);
    }
    if (!(cluster.discovery() instanceof Aggregate)
        && !(cluster.discovery() instanceof OriginalDst)) {
      Balancing.encode(cluster.lbPolicy(), encoded);
    }
    encoded
        .getCommonLbConfigBuilder()
        .setHealthyPanicThreshold(Percent.newBuilder().setValue(cluster.panicThreshold()));
    UpstreamProtocols.encode(cluster, encoded);
    ConnectionPolicies.encode(cluster.connections(), encoded);
    if (!cluster.transport().equals(UpstreamTransport.PLAINTEXT)) {
      encoded.setTransportSocket(TransportSockets.encode(cluster.transport()));
    }
    TransportMatches.encode(cluster.transportMatches(), encoded);
    if (!cluster.thresholds().isEmpty()) {
      encoded.setCircuitBreakers(CircuitBreakersCodec.encode(cluster.thresholds()));
    }
    if (cluster.connections().mostToEndpoint() != Integer.MAX_VALUE) {
      CircuitBreakersCodec.encode(
          cluster.connections().mostToEndpoint(), encoded.getCircuitBreakersBuilder());
    }
    if (cluster.outlierDetection() != null) {
      encoded.setOutlierDetection(OutlierDetections.encode(cluster.outlierDetection()));
    }
    if (cluster.healthCheck() != null) {
      HealthChecks.encode(cluster.healthCheck(), encoded);
    }
    return encoded.build();
  }
}
