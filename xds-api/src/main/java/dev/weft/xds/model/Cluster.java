package dev.weft.xds.model;

import dev.weft.xds.resource.ResourceKey;
import dev.weft.xds.resource.XdsType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A group of equal endpoints and how to reach them ({@code envoy.config.cluster.v3.Cluster}).
 *
 * @param tls null speaks plaintext
 * @param thresholds a missing priority has Envoy's defaults
 * @param outlierDetection null never ejects
 * @param maxRequestsPerConnection 0 for no limit
 * @param idleTimeout of a pooled connection; zero for none
 * @param panicThreshold percent of healthy endpoints below which health is ignored; 0 switches
 *     panic off
 * @param healthCheck null never asks
 * @param transportMatches how endpoints are spoken to by their metadata; the first that fits, and
 *     {@code tls} and {@code proxyHeader} where none does
 * @param proxyHeader the PROXY header that connections begin with; null for none
 * @param connections how connections are made and used
 * @param statName what statistics call it; empty for its name
 * @param tracked what is measured of its requests besides
 * @param metadata what others have written on it, by namespaces
 */
public record Cluster(
    String name,
    Discovery discovery,
    LbPolicy lbPolicy,
    Duration connectTimeout,
    UpstreamProtocol protocol,
    @Nullable UpstreamTls tls,
    Map<Priority, Thresholds> thresholds,
    @Nullable OutlierDetection outlierDetection,
    int maxRequestsPerConnection,
    Duration idleTimeout,
    int panicThreshold,
    @Nullable HealthCheck healthCheck,
    List<TransportMatch> transportMatches,
    @Nullable SentProxyHeader proxyHeader,
    Connections connections,
    String statName,
    Tracked tracked,
    Map<String, Map<String, MetadataValue>> metadata)
    implements XdsResource {
  public Cluster {
    metadata = Map.copyOf(metadata);
    thresholds = Map.copyOf(thresholds);
    transportMatches = List.copyOf(transportMatches);
  }

  /** Nothing is measured besides, and nothing written on it. */
  public Cluster(
      String name,
      Discovery discovery,
      LbPolicy lbPolicy,
      Duration connectTimeout,
      UpstreamProtocol protocol,
      @Nullable UpstreamTls tls,
      Map<Priority, Thresholds> thresholds,
      @Nullable OutlierDetection outlierDetection,
      int maxRequestsPerConnection,
      Duration idleTimeout,
      int panicThreshold,
      @Nullable HealthCheck healthCheck,
      List<TransportMatch> transportMatches,
      @Nullable SentProxyHeader proxyHeader,
      Connections connections,
      String statName) {
    this(
        name,
        discovery,
        lbPolicy,
        connectTimeout,
        protocol,
        tls,
        thresholds,
        outlierDetection,
        maxRequestsPerConnection,
        idleTimeout,
        panicThreshold,
        healthCheck,
        transportMatches,
        proxyHeader,
        connections,
        statName,
        Tracked.NOTHING,
        Map.of());
  }

  /**
   * What is measured of requests, where that is asked for.
   *
   * @param timeoutBudgets how much of their time requests and tries take
   * @param sizes of the messages of tries
   * @param endpoints what becomes of requests and connections at each endpoint
   */
  public record Tracked(boolean timeoutBudgets, boolean sizes, boolean endpoints) {
    public static final Tracked NOTHING = new Tracked(false, false, false);
  }

  /** All endpoints are spoken to alike. */
  public Cluster(
      String name,
      Discovery discovery,
      LbPolicy lbPolicy,
      Duration connectTimeout,
      UpstreamProtocol protocol,
      @Nullable UpstreamTls tls,
      Map<Priority, Thresholds> thresholds,
      @Nullable OutlierDetection outlierDetection,
      int maxRequestsPerConnection,
      Duration idleTimeout,
      int panicThreshold,
      @Nullable HealthCheck healthCheck) {
    this(
        name,
        discovery,
        lbPolicy,
        connectTimeout,
        protocol,
        tls,
        thresholds,
        outlierDetection,
        maxRequestsPerConnection,
        idleTimeout,
        panicThreshold,
        healthCheck,
        List.of(),
        null,
        Connections.DEFAULTS,
        "");
  }

  /** Without health checks. */
  public Cluster(
      String name,
      Discovery discovery,
      LbPolicy lbPolicy,
      Duration connectTimeout,
      UpstreamProtocol protocol,
      @Nullable UpstreamTls tls,
      Map<Priority, Thresholds> thresholds,
      @Nullable OutlierDetection outlierDetection,
      int maxRequestsPerConnection,
      Duration idleTimeout,
      int panicThreshold) {
    this(
        name,
        discovery,
        lbPolicy,
        connectTimeout,
        protocol,
        tls,
        thresholds,
        outlierDetection,
        maxRequestsPerConnection,
        idleTimeout,
        panicThreshold,
        null);
  }

  @Override
  public ResourceKey key() {
    return new ResourceKey(XdsType.CLUSTER, name);
  }

  /** The name that statistics have for it: several clusters may share one. */
  public String statisticsName() {
    return StatText.of(shownName());
  }

  /** The name that logs have for it. */
  public String shownName() {
    return statName.isEmpty() ? name : statName;
  }

  /** What carries bytes to endpoints that no match fits. */
  public UpstreamTransport transport() {
    return new UpstreamTransport(tls, proxyHeader);
  }

  /**
   * How connections to endpoints are made and used.
   *
   * @param preconnectRatio for how many streams there are connections to an endpoint, for each
   *     stream that there is; 1 to 3
   * @param maxConcurrentStreams on one HTTP/2 connection, if the endpoint does not allow fewer;
   *     above 0
   * @param keepalive by which the system finds out that a peer is gone; null for none
   * @param pings by which HTTP/2 connections find out; null for none
   * @param happyEyeballs in which order the addresses of an endpoint are tried
   * @param properCase whether names of headers have capitals over HTTP/1.1 ({@code Content-Type})
   * @param endings which end for what happens to endpoints
   * @param bounds of those that carry HTTP
   * @param mostToEndpoint that there may be to one endpoint at once ({@code per_host_thresholds}),
   *     but for the first of each loop; {@link Integer#MAX_VALUE} for any number
   * @param sources that connections come from, one of each family at most; the first where none is
   *     of the endpoint's. Empty leaves that to the system
   * @param names what requests say to TLS with endpoints; null for nothing
   */
  public record Connections(
      double preconnectRatio,
      int maxConcurrentStreams,
      @Nullable TcpKeepalive keepalive,
      @Nullable Http2Keepalive pings,
      HappyEyeballs happyEyeballs,
      boolean properCase,
      Endings endings,
      HttpBounds bounds,
      int mostToEndpoint,
      List<SocketAddress> sources,
      @Nullable RequestNames names) {
    public Connections {
      sources = List.copyOf(sources);
    }

    /** Envoy's defaults. */
    public static final Connections DEFAULTS =
        new Connections(1, 1024, null, null, HappyEyeballs.DEFAULT);

    /** Names of headers are in lower case, and connections end as Envoy's do. */
    public Connections(
        double preconnectRatio,
        int maxConcurrentStreams,
        @Nullable TcpKeepalive keepalive,
        @Nullable Http2Keepalive pings,
        HappyEyeballs happyEyeballs) {
      this(
          preconnectRatio,
          maxConcurrentStreams,
          keepalive,
          pings,
          happyEyeballs,
          false,
          Endings.NONE);
    }

    /** With Envoy's bounds, any number to an endpoint, and nothing said to TLS. */
    public Connections(
        double preconnectRatio,
        int maxConcurrentStreams,
        @Nullable TcpKeepalive keepalive,
        @Nullable Http2Keepalive pings,
        HappyEyeballs happyEyeballs,
        boolean properCase,
        Endings endings) {
      this(
          preconnectRatio,
          maxConcurrentStreams,
          keepalive,
          pings,
          happyEyeballs,
          properCase,
          endings,
          HttpBounds.DEFAULTS,
          Integer.MAX_VALUE,
          List.of(),
          null);
    }
  }

  /**
   * Which connections end for what happens to endpoints. Pooled ones to an endpoint that fails do
   * so in any case.
   *
   * @param relaysOnFailure those that are relayed to an endpoint that checks find failing, or that
   *     is ejected ({@code close_connections_on_host_health_failure})
   * @param poolsOnChange those of all endpoints, as they are done, once one of them comes, goes or
   *     changes its health ({@code close_connections_on_host_set_change})
   */
  public record Endings(boolean relaysOnFailure, boolean poolsOnChange) {
    /** As Envoy where nothing is said. */
    public static final Endings NONE = new Endings(false, false);
  }

  /**
   * In which order the addresses of one endpoint are tried (RFC 8305, section 4).
   *
   * @param count how many addresses of the first family come before each of the other; above 0
   */
  public record HappyEyeballs(FirstFamily first, int count) {
    /** Families in turn, from that of the first address. */
    public static final HappyEyeballs DEFAULT = new HappyEyeballs(FirstFamily.DEFAULT, 1);

    /** Which family comes first. */
    public enum FirstFamily {
      /** That of the endpoint's first address. */
      DEFAULT,
      V4,
      V6
    }
  }

  /** Where the endpoints come from. */
  public sealed interface Discovery {}

  /** By EDS; the service name is the resource to ask for, usually the cluster's name. */
  public record Eds(String serviceName) implements Discovery {}

  /** Given here; IP literals. */
  public record Static(EndpointSet endpoints) implements Discovery {}

  /**
   * No endpoints of its own, but those of other clusters.
   *
   * @param clusters by name, the preferred first; at least one. Those that do not exist, and those
   *     that are of this kind themselves, have no endpoints here
   */
  public record Aggregate(List<String> clusters) implements Discovery {
    public Aggregate {
      clusters = List.copyOf(clusters);
    }
  }

  /**
   * Wherever each request, or connection, was to go before it came here.
   *
   * @param header of requests, lower-case, that says so; null for none. Without it, it is where the
   *     connection led to, as a PROXY header says
   * @param port instead of the one that is said; 0 for none
   * @param cleanup after so long without a request an endpoint is forgotten, at the latest after
   *     twice that; above 0
   * @param metadata where what was noted of a request, or of its connection, says it: a namespace
   *     and keys within each other. It counts before the header; empty for none
   */
  public record OriginalDst(
      @Nullable String header, int port, Duration cleanup, List<String> metadata)
      implements Discovery {
    public OriginalDst {
      metadata = List.copyOf(metadata);
    }

    /** Where metadata says nothing. */
    public OriginalDst(@Nullable String header, int port, Duration cleanup) {
      this(header, port, cleanup, List.of());
    }
  }

  /** Names given here. */
  public sealed interface ByName extends Discovery {
    /** The names in place of addresses. */
    EndpointSet endpoints();

    /** How they are looked up. */
    DnsResolution resolution();
  }

  /** Names given here, every address of each an endpoint. */
  public record StrictDns(EndpointSet endpoints, DnsResolution resolution) implements ByName {}

  /** One name given here, an endpoint whatever its address is at the time. */
  public record LogicalDns(EndpointSet endpoints, DnsResolution resolution) implements ByName {}

  /** What is spoken to the endpoints. */
  public enum UpstreamProtocol {
    HTTP1,
    HTTP2,
    /** What ALPN agrees on; only with TLS. */
    AUTO,
    /** What the downstream speaks. */
    USE_DOWNSTREAM
  }

  /**
   * Limits of what is open to a cluster at once, for one priority.
   *
   * @param retryBudget null when retries are limited by {@code maxRetries} alone
   * @param tracked whether statistics say what is left of them
   */
  public record Thresholds(
      int maxConnections,
      int maxPendingRequests,
      int maxRequests,
      int maxRetries,
      @Nullable RetryBudget retryBudget,
      boolean tracked) {
    /** Envoy's defaults. */
    public static final Thresholds DEFAULTS = new Thresholds(1024, 1024, 1024, 3, null);

    /** Statistics say no more than what is used up. */
    public Thresholds(
        int maxConnections,
        int maxPendingRequests,
        int maxRequests,
        int maxRetries,
        @Nullable RetryBudget retryBudget) {
      this(maxConnections, maxPendingRequests, maxRequests, maxRetries, retryBudget, false);
    }
  }

  /** Retries at once as a share of requests at once; percent 0..100. */
  public record RetryBudget(double budgetPercent, int minRetryConcurrency) {}
}
