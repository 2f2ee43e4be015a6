package dev.weft.proxy.cluster;

import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.proxy.upstream.Preface;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.MetadataValue;
import dev.weft.xds.model.SentProxyHeader;
import dev.weft.xds.model.TransportMatch;
import dev.weft.xds.model.UpstreamTls;
import dev.weft.xds.model.UpstreamTransport;
import io.netty.handler.ssl.ApplicationProtocolNames;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the endpoints of a cluster are spoken to: by the first match of their metadata, or as all
 * others are. Immutable but for its counts.
 */
final class Transports {
  private static final String OTHERS = "default";

  private final List<Choice> choices;
  private final Transport otherwise;

  /** Of those that no match fits; null where there are no matches. */
  private final @Nullable Counter unmatched;

  /** By their settings, for the next Runtime: the same context keeps the connections made by it. */
  private final Map<UpstreamTls, TlsContexts.Context> contexts;

  /**
   * One way to speak.
   *
   * @param tls null for plaintext
   * @param sni the server name to ask for; null for none
   * @param hostSni whether it is the name of the endpoint, where that has one
   * @param preface the PROXY header that connections begin with; null for none
   * @param checks what carries health checks
   */
  record Transport(
      TlsContexts.@Nullable Context tls,
      @Nullable String sni,
      boolean hostSni,
      @Nullable Preface preface,
      CheckTransport checks) {
    /** The server name to ask an endpoint for that has this name; empty for none. */
    @Nullable String sni(String hostname) {
      return hostSni && !hostname.isEmpty() ? hostname : sni;
    }
  }

  private record Choice(TransportMatch match, Transport transport, Counter fitted) {}

  private Transports(
      List<Choice> choices,
      Transport otherwise,
      @Nullable Counter unmatched,
      Map<UpstreamTls, TlsContexts.Context> contexts) {
    this.choices = List.copyOf(choices);
    this.otherwise = otherwise;
    this.unmatched = unmatched;
    this.contexts = Map.copyOf(contexts);
  }

  /**
   * Those of a cluster.
   *
   * @param previous what is in force in its place, whose contexts are kept; null if it is new
   */
  static Transports compile(
      Cluster config, TlsContexts tls, Telemetry telemetry, @Nullable Transports previous) {
    Map<UpstreamTls, TlsContexts.Context> known = previous == null ? Map.of() : previous.contexts;
    Map<UpstreamTls, TlsContexts.Context> used = new HashMap<>();
    Contexts contexts =
        settings ->
            settings == null
                ? null
                : used.computeIfAbsent(
                    settings,
                    wanted -> {
                      TlsContexts.Context kept = known.get(wanted);
                      return kept == null ? tls.client(wanted) : kept;
                    });
    CheckTransport checks = ofChecks(config, contexts);
    List<Choice> choices = new ArrayList<>();
    for (TransportMatch match : config.transportMatches()) {
      choices.add(
          new Choice(
              match,
              transport(config, match.transport(), checks, contexts),
              telemetry.counter(count(config.statisticsName(), match.name()))));
    }
    return new Transports(
        choices,
        transport(config, config.transport(), checks, contexts),
        choices.isEmpty() ? null : telemetry.counter(count(config.statisticsName(), OTHERS)),
        used);
  }

  private interface Contexts {
    TlsContexts.@Nullable Context of(@Nullable UpstreamTls settings);
  }

  /** By what all endpoints are checked; null where each is checked as it is spoken to. */
  private static @Nullable CheckTransport ofChecks(Cluster config, Contexts contexts) {
    HealthCheck check = config.healthCheck();
    Map<String, MetadataValue> wanted = check == null ? null : check.transport();
    if (wanted == null) {
      return null;
    }
    UpstreamTransport chosen =
        config.transportMatches().stream()
            .filter(match -> match.fits(wanted))
            .findFirst()
            .map(TransportMatch::transport)
            .orElse(config.transport());
    return checks(config, chosen, contexts);
  }

  private static CheckTransport checks(
      Cluster config, UpstreamTransport transport, Contexts contexts) {
    UpstreamTls tls = transport.tls();
    return new CheckTransport(
        contexts.of(checking(config, tls)), tls == null ? null : tls.sni(), preface(transport));
  }

  /**
   * @param checks what carries health checks; null where that is the transport itself
   */
  private static Transport transport(
      Cluster config,
      UpstreamTransport transport,
      @Nullable CheckTransport checks,
      Contexts contexts) {
    UpstreamTls tls = transport.tls();
    return new Transport(
        contexts.of(offering(config, tls)),
        tls == null ? null : tls.sni(),
        tls != null && tls.hostSni(),
        preface(transport),
        checks == null ? checks(config, transport, contexts) : checks);
  }

  private static @Nullable Preface preface(UpstreamTransport transport) {
    SentProxyHeader header = transport.proxyHeader();
    return header == null ? null : new Preface(header, null);
  }

  /** Envoy's name has that of the match in its middle, which may be any text. */
  private static StatName count(String cluster, String match) {
    return new StatName(
        "cluster." + cluster + "." + match + ".total_match_count",
        "envoy_cluster_total_match_count",
        List.of("envoy_cluster_name", cluster, "envoy_transport_socket_match", match),
        false);
  }

  /**
   * How an endpoint is spoken to.
   *
   * @param fresh whether the cluster had it not before; those count
   */
  Transport of(
      EndpointSet.Endpoint endpoint, EndpointSet.LocalityEndpoints locality, boolean fresh) {
    for (Choice choice : choices) {
      if (choice.match().fits(endpoint.transport()) || choice.match().fits(locality.transport())) {
        count(choice.fitted(), fresh);
        return choice.transport();
      }
    }
    if (unmatched != null) {
      count(unmatched, fresh);
    }
    return otherwise;
  }

  /** How an endpoint is spoken to that nobody has listed. */
  Transport ofUnknown() {
    for (Choice choice : choices) {
      if (choice.match().match().isEmpty()) {
        choice.fitted().increment();
        return choice.transport();
      }
    }
    if (unmatched != null) {
      unmatched.increment();
    }
    return otherwise;
  }

  private static void count(Counter counter, boolean fresh) {
    if (fresh) {
      counter.increment();
    }
  }

  /**
   * TLS that offers the cluster's protocols where it names none. One that speaks HTTP/1.1, as all
   * do that say nothing, offers nothing: it may be for other bytes.
   */
  private static @Nullable UpstreamTls offering(Cluster config, @Nullable UpstreamTls tls) {
    if (tls == null || !tls.common().alpn().isEmpty()) {
      return tls;
    }
    List<String> protocols =
        switch (config.protocol()) {
          case AUTO -> List.of(ApplicationProtocolNames.HTTP_2, ApplicationProtocolNames.HTTP_1_1);
          case HTTP2 -> List.of(ApplicationProtocolNames.HTTP_2);
          case HTTP1, USE_DOWNSTREAM -> List.of();
        };
    return protocols.isEmpty() ? tls : tls.withAlpn(protocols);
  }

  /** TLS of health checks, which speak a protocol of their own; null where none is spoken. */
  private static @Nullable UpstreamTls checking(Cluster config, @Nullable UpstreamTls tls) {
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
      return tls.withAlpn(check.alpn());
    }
    return http2 && tls.common().alpn().isEmpty()
        ? tls.withAlpn(List.of(ApplicationProtocolNames.HTTP_2))
        : tls;
  }
}
