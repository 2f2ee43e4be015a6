package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.balance.LocalView;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.proxy.upstream.WireProtocol;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.UpstreamTls;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Compiles a cluster and its endpoints, keeping what has not changed. */
public final class ClusterCompiler {
  private final TlsContexts tlsContexts;
  private final Telemetry telemetry;
  private final Executor background;

  /**
   * @param background where pickers are built anew when health changes
   */
  public ClusterCompiler(TlsContexts tlsContexts, Telemetry telemetry, Executor background) {
    this.tlsContexts = tlsContexts;
    this.telemetry = telemetry;
    this.background = background;
  }

  /**
   * The cluster in use.
   *
   * @param previous what is in force under this name; the same is returned if nothing has changed
   * @throws IllegalArgumentException naming the cluster and address, if an address is no IP literal
   */
  public ActiveCluster compile(
      Cluster config, EndpointSet endpoints, @Nullable ActiveCluster previous) {
    return compile(config, endpoints, LocalView.NONE, previous);
  }

  /**
   * The same where the proxy knows its own place.
   *
   * @param view of the proxy and its peers
   */
  public ActiveCluster compile(
      Cluster config, EndpointSet endpoints, LocalView view, @Nullable ActiveCluster previous) {
    if (previous != null
        && previous.view().equals(view)
        && previous.config().equals(config)
        && previous.endpointSet().equals(endpoints)) {
      return previous;
    }
    ClusterState state =
        previous == null ? new ClusterState(telemetry.cluster(config.name())) : previous.state();
    TlsContexts.Context tls = tls(config, previous);
    return new ActiveCluster(
        config,
        endpoints,
        tls,
        checkTls(config, previous),
        state,
        breakers(config, previous, state),
        members(config, endpoints, tls, previous),
        view,
        background);
  }

  private TlsContexts.@Nullable Context tls(Cluster config, @Nullable ActiveCluster previous) {
    UpstreamTls tls = offering(config);
    if (tls == null) {
      return null;
    }
    // The same context keeps the connections that were made with it.
    TlsContexts.Context kept = previous == null ? null : previous.tls();
    return kept != null && previous != null && Objects.equals(offering(previous.config()), tls)
        ? kept
        : tlsContexts.client(tls);
  }

  /**
   * TLS that offers the cluster's protocols where it names none. One that speaks HTTP/1.1, as all
   * do that say nothing, offers nothing: it may be for other bytes.
   */
  private static @Nullable UpstreamTls offering(Cluster config) {
    UpstreamTls tls = config.tls();
    if (tls == null || !tls.common().alpn().isEmpty()) {
      return tls;
    }
    List<String> protocols =
        switch (config.protocol()) {
          case AUTO -> List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);
          case HTTP2 -> List.of(ApplicationProtocolNames.HTTP_2);
          case HTTP1, USE_DOWNSTREAM -> List.of();
        };
    return protocols.isEmpty() ? tls : new UpstreamTls(tls.common().withAlpn(protocols), tls.sni());
  }

  private TlsContexts.@Nullable Context checkTls(Cluster config, @Nullable ActiveCluster previous) {
    UpstreamTls tls = checking(config);
    if (tls == null) {
      return null;
    }
    TlsContexts.Context kept = previous == null ? null : previous.checkTls();
    return kept != null && previous != null && tls.equals(checking(previous.config()))
        ? kept
        : tlsContexts.client(tls);
  }

  /** TLS of health checks, which speak a protocol of their own; null where none is spoken. */
  private static @Nullable UpstreamTls checking(Cluster config) {
    UpstreamTls tls = config.tls();
    HealthCheck check = config.healthCheck();
    if (tls == null || check == null) {
      return null;
    }
    boolean http2 =
        switch (check.probe()) {
          case HealthCheck.Http http -> http.http2();
          case HealthCheck.Grpc grpc -> true;
          case HealthCheck.Tcp tcp -> false;
        };
    if (!check.alpn().isEmpty()) {
      return new UpstreamTls(tls.common().withAlpn(check.alpn()), tls.sni());
    }
    return http2 && tls.common().alpn().isEmpty()
        ? new UpstreamTls(
            tls.common().withAlpn(List.of(ApplicationProtocolNames.HTTP_2)), tls.sni())
        : tls;
  }

  private static Map<Priority, CircuitBreaker> breakers(
      Cluster config, @Nullable ActiveCluster previous, ClusterState state) {
    Map<Priority, CircuitBreaker> breakers = new EnumMap<>(Priority.class);
    for (Priority priority : Priority.values()) {
      Cluster.Thresholds thresholds = ActiveCluster.thresholds(config, priority);
      breakers.put(
          priority,
          previous == null
              ? CircuitBreaker.create(priority, thresholds, state.stats())
              : previous.breaker(priority).with(thresholds));
    }
    return breakers;
  }

  private static Members members(
      Cluster config,
      EndpointSet endpoints,
      TlsContexts.@Nullable Context tls,
      @Nullable ActiveCluster previous) {
    Map<Object, ActiveEndpoint> known = new LinkedHashMap<>();
    if (previous != null) {
      previous.members().forEach(m -> known.put(m.endpoint().place(), m.endpoint()));
    }
    String name =
        config.discovery() instanceof Cluster.LogicalDns dns ? logicalName(dns.endpoints()) : null;
    UpstreamTls upstreamTls = config.tls();
    String sni = upstreamTls == null ? null : upstreamTls.sni();
    // An address that is given twice counts once.
    Map<InetSocketAddress, Member<ActiveEndpoint>> members = new LinkedHashMap<>();
    for (EndpointSet.LocalityEndpoints locality : endpoints.localities()) {
      for (EndpointSet.Endpoint endpoint : locality.endpoints()) {
        InetSocketAddress address = address(config, endpoint);
        UpstreamTarget template =
            new UpstreamTarget(config.name(), name, address, WireProtocol.HTTP1, tls, sni);
        ActiveEndpoint before = known.get(name == null ? address : name);
        ActiveEndpoint active =
            ActiveEndpoint.create(
                address,
                endpoint.hostname(),
                endpoint.checking(),
                template,
                wire(config.protocol()),
                before);
        HealthCheck check = config.healthCheck();
        if (check != null && !endpoint.checking().disabled() && before == null) {
          active.checks().begin(check.uncountedUntilChecked());
        }
        members.putIfAbsent(
            address,
            new Member<>(
                active,
                endpoint.weight(),
                locality.priority(),
                endpoint.health(),
                locality.locality(),
                locality.weight(),
                NetUtil.toSocketAddressString(address),
                endpoint.hostname(),
                endpoint.metadata()));
      }
    }
    return Members.of(members, config, previous);
  }

  /** Its one endpoint stays itself wherever it is. */
  private static String logicalName(EndpointSet named) {
    return named.localities().getFirst().endpoints().getFirst().address().toString();
  }

  private static @Nullable WireProtocol wire(Cluster.UpstreamProtocol protocol) {
    return switch (protocol) {
      case HTTP1 -> WireProtocol.HTTP1;
      case HTTP2 -> WireProtocol.HTTP2;
      case AUTO -> WireProtocol.ALPN;
      case USE_DOWNSTREAM -> null;
    };
  }

  private static InetSocketAddress address(Cluster config, EndpointSet.Endpoint endpoint) {
    byte[] literal = NetUtil.createByteArrayFromIpAddressString(endpoint.address().host());
    if (literal == null) {
      throw new IllegalArgumentException(
          "cluster "
              + config.name()
              + ": endpoint "
              + endpoint.address()
              + " is not an IP literal; names must be resolved before");
    }
    try {
      return new InetSocketAddress(InetAddress.getByAddress(literal), endpoint.address().port());
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException(
          "cluster " + config.name() + ": endpoint " + endpoint.address() + " is no address", e);
    }
  }
}
