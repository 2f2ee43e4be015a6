package dev.weft.proxy.check;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.CheckTransport;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.proxy.upstream.LocalAddresses;
import dev.weft.proxy.upstream.Preface;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.proxy.upstream.WireProtocol;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a check of an endpoint depends on: while it stays equal, checks go on.
 *
 * @param preface the PROXY header that connections begin with; null for none
 * @param hostname that the endpoint's own configuration says; empty for none
 * @param from where connections come from
 */
record CheckTarget(
    HealthCheck config,
    String cluster,
    InetSocketAddress address,
    TlsContexts.@Nullable Context tls,
    @Nullable String sni,
    @Nullable Preface preface,
    String hostname,
    LocalAddresses from) {

  /** The target of an endpoint that is checked; null for one that is not. */
  static @Nullable CheckTarget of(ActiveCluster cluster, ActiveEndpoint endpoint) {
    HealthCheck config = cluster.config().healthCheck();
    if (config == null || endpoint.checking().disabled()) {
      return null;
    }
    CheckTransport transport = endpoint.checkTransport();
    return new CheckTarget(
        config,
        cluster.name(),
        address(endpoint),
        transport.tls(),
        transport.sni(),
        transport.preface(),
        endpoint.checking().hostname(),
        endpoint.target(false).from());
  }

  private static InetSocketAddress address(ActiveEndpoint endpoint) {
    SocketAddress own = endpoint.checking().address();
    InetSocketAddress address =
        own == null
            ? endpoint.address()
            : new InetSocketAddress(InetAddress.ofLiteral(own.host()), own.port());
    int port = endpoint.checking().port();
    return port == 0 ? address : new InetSocketAddress(address.getAddress(), port);
  }

  /** What a pool connects to. */
  UpstreamTarget upstream(boolean http2) {
    return new UpstreamTarget(
        cluster,
        null,
        address,
        http2 ? WireProtocol.HTTP2 : WireProtocol.HTTP1,
        tls,
        sni,
        preface,
        null,
        List.of(),
        from);
  }

  /** The host to ask for: the endpoint's, the check's, or the name of the cluster. */
  String host(String ofCheck) {
    if (!hostname.isEmpty()) {
      return hostname;
    }
    return ofCheck.isEmpty() ? cluster : ofCheck;
  }
}
