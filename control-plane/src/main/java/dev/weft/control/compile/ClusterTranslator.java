package dev.weft.control.compile;

import dev.weft.control.resource.ServiceResource.Protocol;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.DnsResolution;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import dev.weft.xds.model.UpstreamTls;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Service ports to clusters.
 *
 * <p>Instances without a sidecar are a cluster of their own rather than endpoints with another
 * transport socket in the same one: no endpoint can then turn a cluster's mutual TLS off, and
 * clients that know no {@code transport_socket_matches} (gRPC) are served alike.
 */
final class ClusterTranslator {
  private static final Duration INBOUND_IDLE = Duration.ofMinutes(5);

  private static final Duration DNS_REFRESH = Duration.ofSeconds(5);

  /** Towards the application: high enough that callers' own limits are met first. */
  private static final Cluster.Thresholds INBOUND =
      new Cluster.Thresholds(16_384, 16_384, 65_536, 0, null);

  private ClusterTranslator() {}

  /** The clusters callers of a port need: always the mesh's own, the plaintext one where used. */
  static List<Cluster> outbound(PortView port, String trustDomain) {
    List<Cluster> clusters = new ArrayList<>(2);
    clusters.add(
        outbound(port, port.cluster(), new Cluster.Eds(port.cluster()), tls(port, trustDomain)));
    if (!port.plaintext().isEmpty()) {
      clusters.add(outbound(port, port.plaintextCluster(), plaintextDiscovery(port), null));
    }
    return clusters;
  }

  /** Whether a port's instances without sidecar include host names, which EDS cannot carry. */
  static boolean needsDns(PortView port) {
    return port.plaintext().stream().anyMatch(member -> !MeshView.isAddress(member.address()));
  }

  private static Cluster.Discovery plaintextDiscovery(PortView port) {
    return needsDns(port)
        ? new Cluster.StrictDns(
            EndpointTranslator.plaintext(port), DnsResolution.every(DNS_REFRESH))
        : new Cluster.Eds(port.plaintextCluster());
  }

  private static Cluster outbound(
      PortView port, String name, Cluster.Discovery discovery, @Nullable UpstreamTls tls) {
    TrafficSettings settings = port.settings();
    return new Cluster(
        name,
        discovery,
        settings.balancing().policy(),
        settings.connect(),
        upstreamProtocol(port.protocol()),
        tls,
        Map.of(Priority.DEFAULT, settings.thresholds()),
        settings.outlier(),
        settings.pool().maxRequests(),
        settings.pool().idle(),
        settings.balancing().panicPercent(),
        HealthSettings.check(port),
        List.of(),
        null,
        settings.pool().connections(),
        "");
  }

  private static UpstreamTls tls(PortView port, String trustDomain) {
    return new UpstreamTls(
        new TlsSettings(
            new TlsSettings.Provider(MeshNames.IDENTITY_PROVIDER),
            new TlsSettings.Provider(MeshNames.IDENTITY_PROVIDER),
            port.identities().stream().map(SanMatch::uri).toList(),
            upstreamAlpn(port.protocol()),
            TlsVersion.TLS_1_3,
            TlsVersion.TLS_1_3),
        MeshNames.sni(port.service(), port.name(), trustDomain));
  }

  private static List<String> upstreamAlpn(Protocol protocol) {
    return switch (protocol) {
      case HTTP -> List.of("http/1.1");
      case HTTP2, GRPC -> List.of("h2");
      case TCP -> List.of("weft-tcp");
    };
  }

  /** The application behind a sidecar. */
  static Cluster inbound(String portName, int applicationPort, Protocol protocol) {
    String name = MeshNames.inboundCluster(portName);
    return new Cluster(
        name,
        new Cluster.Static(
            EndpointTranslator.single(name, new SocketAddress("127.0.0.1", applicationPort))),
        new LbPolicy.RoundRobin(),
        Duration.ofSeconds(1),
        upstreamProtocol(protocol),
        null,
        Map.of(Priority.DEFAULT, INBOUND),
        null,
        0,
        INBOUND_IDLE,
        0);
  }

  private static UpstreamProtocol upstreamProtocol(Protocol protocol) {
    return switch (protocol) {
      case HTTP, TCP -> UpstreamProtocol.HTTP1;
      case HTTP2, GRPC -> UpstreamProtocol.HTTP2;
    };
  }
}
