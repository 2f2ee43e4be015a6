package dev.weft.xds.codec;

import dev.weft.xds.model.AccessCounting;
import dev.weft.xds.model.AccessLog;
import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.AccessRules.Permission;
import dev.weft.xds.model.AccessRules.Principal;
import dev.weft.xds.model.BufferFilter;
import dev.weft.xds.model.BufferRoute;
import dev.weft.xds.model.CertificateChoice;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.CidrRange;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.ConnectionLimit;
import dev.weft.xds.model.CorsFilter;
import dev.weft.xds.model.CorsPolicy;
import dev.weft.xds.model.DisabledFilter;
import dev.weft.xds.model.DnsResolution;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.ErrorRateBreaker;
import dev.weft.xds.model.ErrorRateBreakerFilter;
import dev.weft.xds.model.Fault;
import dev.weft.xds.model.FaultFilter;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.GrpcStatsFilter;
import dev.weft.xds.model.HeaderMutationFilter;
import dev.weft.xds.model.HeaderMutationRoute;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HeaderPolicy;
import dev.weft.xds.model.HeaderToMetadata;
import dev.weft.xds.model.HeaderToMetadataFilter;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthCheckFilter;
import dev.weft.xds.model.Http1Settings;
import dev.weft.xds.model.Http2Keepalive;
import dev.weft.xds.model.HttpBounds;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.HttpFilterRouteConfig;
import dev.weft.xds.model.JsonTemplate;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.LocalRateLimit;
import dev.weft.xds.model.LocalRateLimitFilter;
import dev.weft.xds.model.LocalReplyConfig;
import dev.weft.xds.model.LogFilter;
import dev.weft.xds.model.LongStreams;
import dev.weft.xds.model.LongStreamsFilter;
import dev.weft.xds.model.NetworkFilter;
import dev.weft.xds.model.OriginalDestination;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.PeerChecks;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.ProxyHeaderVersion;
import dev.weft.xds.model.ProxyHeaders;
import dev.weft.xds.model.QueryMutation;
import dev.weft.xds.model.RateLimitAction;
import dev.weft.xds.model.RateLimitRules;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.RbacRoute;
import dev.weft.xds.model.RegexRewrite;
import dev.weft.xds.model.RequestNames;
import dev.weft.xds.model.Resumption;
import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.SentProxyHeader;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.SubsetPolicy;
import dev.weft.xds.model.SubstitutionFormat;
import dev.weft.xds.model.TcpKeepalive;
import dev.weft.xds.model.TcpProxy;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.SecretSource;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import dev.weft.xds.model.Tlv;
import dev.weft.xds.model.TlvChoice;
import dev.weft.xds.model.TlvNote;
import dev.weft.xds.model.TransportMatch;
import dev.weft.xds.model.UpstreamTls;
import dev.weft.xds.model.UpstreamTransport;
import dev.weft.xds.model.XdsResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Random resources of every type, as a decoder may give them. */
final class MoreModels extends Models {
  MoreModels(long seed) {
    super(seed);
  }

  XdsResource resource() {
    return switch (random.nextInt(5)) {
      case 0 -> routeConfig();
      case 1 -> cluster();
      case 2 -> listener();
      case 3 -> endpoints(false);
      default -> secret();
    };
  }

  Cluster cluster() {
    Map<Priority, Cluster.Thresholds> thresholds = new HashMap<>();
    for (Priority priority : Priority.values()) {
      if (random.nextBoolean()) {
        thresholds.put(
            priority,
            new Cluster.Thresholds(
                limit(),
                limit(),
                limit(),
                limit(),
                maybe(() -> new Cluster.RetryBudget(random.nextDouble() * 100, limit())),
                random.nextBoolean()));
      }
    }
    UpstreamTls tls = maybe(this::upstreamTls);
    Cluster.UpstreamProtocol protocol =
        pick(
            Cluster.UpstreamProtocol.HTTP1,
            Cluster.UpstreamProtocol.HTTP2,
            Cluster.UpstreamProtocol.USE_DOWNSTREAM,
            tls == null ? Cluster.UpstreamProtocol.HTTP2 : Cluster.UpstreamProtocol.AUTO);
    List<TransportMatch> matches = list(2, () -> transportMatch(protocol));
    boolean plain = matches.isEmpty();
    Cluster.Discovery discovery =
        pick(
            new Cluster.Eds(text()),
            new Cluster.Static(endpoints(false)),
            new Cluster.StrictDns(endpoints(true), resolution()),
            new Cluster.LogicalDns(logical(), resolution()),
            new Cluster.Aggregate(List.of(text(), text())),
            new Cluster.OriginalDst(
                maybe(() -> "x-" + text()),
                random.nextInt(65536),
                duration().plusMillis(1),
                pick(List.of(), List.of(text(), text()), List.of(text(), text(), text()))));
    boolean own =
        discovery instanceof Cluster.Aggregate || discovery instanceof Cluster.OriginalDst;
    return new Cluster(
        text(),
        discovery,
        own ? new LbPolicy.RoundRobin() : lbPolicy(),
        duration().plusMillis(1),
        protocol,
        tls,
        thresholds,
        own ? null : maybe(this::outlierDetection),
        random.nextInt(1000),
        duration(),
        random.nextInt(101),
        own ? null : maybe(() -> healthCheck(protocol)),
        matches,
        maybe(this::sentHeader),
        new Cluster.Connections(
            1 + random.nextInt(21) / 10.0,
            // HTTP/1.1 has no streams to be limited
            protocol == Cluster.UpstreamProtocol.HTTP1
                ? Cluster.Connections.DEFAULTS.maxConcurrentStreams()
                : random.nextInt(1, Integer.MAX_VALUE),
            maybe(() -> new TcpKeepalive(random.nextInt(9), random.nextInt(9), random.nextInt(9))),
            protocol == Cluster.UpstreamProtocol.HTTP1 ? null : maybe(this::pings),
            new Cluster.HappyEyeballs(
                pick(Cluster.HappyEyeballs.FirstFamily.values()), 1 + random.nextInt(3)),
            protocol != Cluster.UpstreamProtocol.HTTP2 && random.nextBoolean(),
            new Cluster.Endings(random.nextBoolean(), random.nextBoolean()),
            new HttpBounds(
                duration(), duration(), 1 + random.nextInt(200), 1 + random.nextInt(8192)),
            limit(),
            pick(
                List.of(),
                List.of(new SocketAddress("2001:db8::7", random.nextInt(9))),
                List.of(new SocketAddress("10.1.2.7", 0), new SocketAddress("2001:db8::7", 0))),
            maybe(() -> new RequestNames(true, tls == null && plain, pick("", "x-name")))),
        pick("", text()),
        new Cluster.Tracked(
            random.nextBoolean(),
            random.nextBoolean(),
            !(discovery instanceof Cluster.OriginalDst) && random.nextBoolean()),
        pick(Map.of(), Map.of("a", metadata(), "b", metadata())));
  }

  private SentProxyHeader sentHeader() {
    return new SentProxyHeader(
        pick(ProxyHeaderVersion.values()),
        tlvs(),
        pick(
            List.of(),
            List.of(new Tlv(0, "\u0000\u00ff")),
            List.of(new Tlv(255, "b"), new Tlv(3, "c"))));
  }

  private TlvChoice tlvs() {
    return pick(
        TlvChoice.NONE, TlvChoice.ALL, new TlvChoice(false, Set.of(8 + random.nextInt(248), 7)));
  }

  private Http2Keepalive pings() {
    return new Http2Keepalive(
        pick(Duration.ZERO, Duration.ofSeconds(3)),
        duration().plusMillis(1),
        random.nextInt(101),
        pick(Duration.ZERO, Duration.ofMillis(1)));
  }

  private UpstreamTls upstreamTls() {
    TlsSettings common = tls(true);
    return new UpstreamTls(
        common,
        maybe(this::text),
        random.nextInt(3),
        random.nextBoolean(),
        common.trust() != null && random.nextBoolean());
  }

  private TransportMatch transportMatch(Cluster.UpstreamProtocol protocol) {
    UpstreamTls tls = new UpstreamTls(tls(true), maybe(this::text));
    return new TransportMatch(
        text(),
        metadata(),
        new UpstreamTransport(
            protocol == Cluster.UpstreamProtocol.AUTO ? tls : pick(tls, null),
            maybe(this::sentHeader)));
  }

  private HealthCheck healthCheck(Cluster.UpstreamProtocol protocol) {
    HealthCheck.Intervals intervals =
        new HealthCheck.Intervals(
            duration().plusMillis(1),
            duration(),
            duration(),
            random.nextInt(300),
            duration().plusMillis(1),
            duration().plusMillis(1),
            duration().plusMillis(1),
            duration().plusMillis(1),
            duration().plusMillis(1));
    HealthCheck.Probe tcp =
        new HealthCheck.Tcp(pick("", "00ff"), list(2, () -> pick("6f6b", "0a")));
    return new HealthCheck(
        duration().plusMillis(1),
        intervals,
        random.nextInt(9),
        random.nextInt(9),
        random.nextBoolean(),
        pick(List.of(), List.of("h2")),
        random.nextBoolean(),
        random.nextBoolean(),
        pick(
            tcp,
            httpProbe(),
            protocol == Cluster.UpstreamProtocol.HTTP1
                ? tcp
                : new HealthCheck.Grpc(pick("", text()), pick("", text()), plainHeaders())),
        maybe(
            () ->
                new HealthCheck.EventLog(
                    pick(List.of("/dev/stderr"), List.of("/dev/null", "/dev/stdout")),
                    random.nextBoolean(),
                    random.nextBoolean())),
        maybe(this::metadata));
  }

  private HttpConnectionManager.RouteSource routeSource() {
    HttpConnectionManager.TableSource one = tableSource();
    return pick(
        one,
        new HttpConnectionManager.Scoped(
            List.of(
                new HttpConnectionManager.ScopeKeyPart("x-a", ",", random.nextInt(3), null),
                new HttpConnectionManager.ScopeKeyPart(
                    "x-b",
                    pick("", ";"),
                    0,
                    new HttpConnectionManager.ScopeKeyPart.Pair("=", "k"))),
            List.of(
                new HttpConnectionManager.Scope("a", List.of(text(), "a"), one),
                new HttpConnectionManager.Scope("b", List.of(text(), "b"), tableSource()))));
  }

  private HttpConnectionManager.TableSource tableSource() {
    return pick(
        new HttpConnectionManager.Rds(text()), new HttpConnectionManager.Inline(routeConfig()));
  }

  private HealthCheck.Http httpProbe() {
    boolean body = random.nextBoolean();
    return new HealthCheck.Http(
        body ? "POST" : pick("GET", "HEAD", "OPTIONS"),
        pick("", text()),
        text(),
        plainHeaders(),
        list(2, this::text),
        body ? "6869" : "",
        list(2, () -> pick("6f6b", "0a")),
        1 + random.nextInt(1 << 20),
        pick(
            List.of(new HealthCheck.Statuses(200, 201)),
            List.of(new HealthCheck.Statuses(100, 300), new HealthCheck.Statuses(401, 402))),
        list(2, () -> new HealthCheck.Statuses(500, 501 + random.nextInt(100))),
        random.nextBoolean(),
        maybe(this::stringMatch));
  }

  private List<HeaderMutations.HeaderValue> plainHeaders() {
    return list(
        2,
        () ->
            new HeaderMutations.HeaderValue(
                text(), text() + "%%", pick(HeaderMutations.Append.values()), false));
  }

  private DnsResolution resolution() {
    Duration base = duration().plusMillis(2);
    return new DnsResolution(
        duration().plusMillis(2),
        random.nextBoolean(),
        maybe(() -> new DnsResolution.Backoff(base, base.plus(duration()))),
        pick(DnsResolution.Family.values()),
        list(2, () -> new SocketAddress("10.1.2.8", random.nextInt(65536))));
  }

  private EndpointSet logical() {
    EndpointSet.LocalityEndpoints locality = locality(true);
    return new EndpointSet(
        text(),
        List.of(
            new EndpointSet.LocalityEndpoints(
                locality.locality(),
                locality.priority(),
                locality.weight(),
                List.of(endpoint(true)))),
        1 + random.nextInt(200));
  }

  private LbPolicy lbPolicy() {
    return random.nextInt(3) > 0
        ? endpointPolicy()
        : new SubsetPolicy(
            endpointPolicy(),
            pick(
                SubsetPolicy.Fallback.NO_FALLBACK,
                SubsetPolicy.Fallback.ANY_ENDPOINT,
                SubsetPolicy.Fallback.DEFAULT_SUBSET),
            metadata(),
            list(3, this::selector),
            random.nextBoolean(),
            random.nextBoolean(),
            random.nextBoolean(),
            random.nextBoolean(),
            random.nextBoolean());
  }

  private SubsetPolicy.Selector selector() {
    return pick(
        new SubsetPolicy.Selector(
            new TreeSet<>(List.of("version")),
            random.nextBoolean(),
            SubsetPolicy.Fallback.NOT_DEFINED,
            new TreeSet<>()),
        new SubsetPolicy.Selector(
            new TreeSet<>(List.of("stage", "version")),
            false,
            SubsetPolicy.Fallback.KEYS_SUBSET,
            new TreeSet<>(List.of("stage"))));
  }

  private LbPolicy.OfEndpoints endpointPolicy() {
    LbPolicy.SlowStart slowStart =
        maybe(
            () ->
                new LbPolicy.SlowStart(
                    duration().plusMillis(1), 0.5 + random.nextInt(3), random.nextInt(101)));
    LbPolicy.LocalityLb locality =
        pick(
            LbPolicy.LocalityLb.DEFAULT,
            new LbPolicy.LocalityWeighted(),
            new LbPolicy.ZoneAware(
                random.nextInt(101),
                random.nextInt(9),
                random.nextBoolean(),
                random.nextBoolean()));
    LbPolicy.HashKeys keys =
        pick(
            LbPolicy.HashKeys.DEFAULT,
            new LbPolicy.HashKeys(random.nextBoolean(), 100 + random.nextInt(200)));
    return pick(
        new LbPolicy.RoundRobin(),
        new LbPolicy.RoundRobin(slowStart, locality),
        new LbPolicy.Random(locality),
        new LbPolicy.LeastRequest(2 + random.nextInt(8)),
        new LbPolicy.LeastRequest(
            2 + random.nextInt(8), random.nextInt(3), random.nextBoolean(), slowStart, locality),
        new LbPolicy.RingHash(
            pick(LbPolicy.HashFunction.values()),
            1 + random.nextInt(1024),
            1024 + random.nextInt(1024),
            keys,
            random.nextBoolean()),
        new LbPolicy.Maglev(pick(251, 65537), keys, random.nextBoolean()),
        new LbPolicy.ClientSideWeighted(
            duration(),
            duration(),
            duration().plusMillis(100),
            random.nextInt(4),
            list(2, this::text),
            pick(LbPolicy.LocalityLb.DEFAULT, new LbPolicy.LocalityWeighted())),
        new LbPolicy.PeakEwma(
            duration().plusMillis(1),
            pick(LbPolicy.LocalityLb.DEFAULT, new LbPolicy.LocalityWeighted())));
  }

  private OutlierDetection outlierDetection() {
    Duration base = duration().plusMillis(1);
    return new OutlierDetection(
        consecutive(),
        consecutive(),
        consecutive(),
        random.nextBoolean(),
        new OutlierDetection.SuccessRate(limit(), limit(), limit(), percent(), percent()),
        new OutlierDetection.FailurePercentage(percent(), limit(), limit(), percent(), percent()),
        duration().plusMillis(1),
        new OutlierDetection.Ejection(
            base, base.plus(duration()), duration(), percent(), random.nextBoolean()),
        random.nextBoolean());
  }

  private OutlierDetection.Consecutive consecutive() {
    return new OutlierDetection.Consecutive(random.nextInt(5), percent());
  }

  private int percent() {
    return random.nextInt(101);
  }

  private int limit() {
    return pick(0, 1, 1024, Integer.MAX_VALUE);
  }

  EndpointSet endpoints(boolean names) {
    return new EndpointSet(
        text(),
        list(3, () -> locality(names)),
        1 + random.nextInt(200),
        list(
            1,
            () ->
                new EndpointSet.Drop(
                    text(), new Fraction(random.nextInt(101), pick(100, 10_000, 1_000_000)))),
        random.nextBoolean());
  }

  private EndpointSet.LocalityEndpoints locality(boolean names) {
    return new EndpointSet.LocalityEndpoints(
        new EndpointSet.Locality(pick("", text()), pick("", text()), pick("", text())),
        random.nextInt(129),
        random.nextInt(100),
        list(3, () -> endpoint(names)),
        metadata());
  }

  private EndpointSet.Endpoint endpoint(boolean names) {
    return new EndpointSet.Endpoint(
        new SocketAddress(
            pick("10.1.2.3", "2001:db8::1", names ? "svc.test" : "127.0.0.1"),
            random.nextInt(65536)),
        pick("", text()),
        pick(EndpointSet.HealthStatus.values()),
        1 + random.nextInt(1000),
        pick(Map.of(), Map.of("envoy.lb", metadata(), "b", metadata())),
        pick(
            EndpointSet.Checking.DEFAULT,
            new EndpointSet.Checking(
                random.nextInt(65536),
                pick("", text()),
                random.nextBoolean(),
                maybe(() -> new SocketAddress("10.1.2.5", random.nextInt(65536))))),
        names
            ? List.of()
            : list(
                2,
                () -> new SocketAddress(pick("10.1.2.4", "2001:db8::2"), random.nextInt(65536))));
  }

  Secret secret() {
    return pick(
        new Secret.Certificate(text(), TestPem.CERTIFICATE, TestPem.KEY),
        new Secret.Validation(text(), TestPem.CERTIFICATE, list(2, this::san), checks(true)));
  }

  private SanMatch san() {
    SanMatch.SanType type = pick(SanMatch.SanType.values());
    return new SanMatch(
        type, stringMatch(), type == SanMatch.SanType.OTHER_NAME ? pick("1.2.3", "2.16.840") : "");
  }

  TlsSettings tls(boolean client) {
    SecretSource trust =
        pick(
            null,
            new TlsSettings.Sds(text()),
            new TlsSettings.FixedSecret(text()),
            new TlsSettings.Provider(text()),
            new TlsSettings.InlineSecret(
                new Secret.Validation("", TestPem.CERTIFICATE, List.of())));
    return new TlsSettings(
        pick(
            client ? null : new TlsSettings.Sds(text()),
            new TlsSettings.Sds(text()),
            new TlsSettings.FixedSecret(text()),
            new TlsSettings.Provider(text()),
            new TlsSettings.InlineSecret(
                new Secret.Certificate("", TestPem.CERTIFICATE, TestPem.KEY))),
        trust,
        trust == null ? List.of() : list(2, this::san),
        pick(List.of(), List.of("h2"), List.of("h2", "http/1.1")),
        TlsVersion.TLS_1_2,
        pick(TlsVersion.values()),
        pick(List.of(), List.of("ECDHE-RSA-AES128-SHA", "AES256-SHA")),
        pick(List.of(), List.of("X25519", "P-256")),
        pick(PeerChecks.NONE, checks(client && trust != null)));
  }

  /**
   * @param all those that clients have, and that need roots
   */
  private PeerChecks checks(boolean all) {
    return new PeerChecks(
        list(2, () -> "0123456789abcdef".repeat(4)),
        list(2, () -> "00ff".repeat(16)),
        pick(PeerChecks.ANY_DEPTH, 1, 100),
        "",
        random.nextBoolean(),
        all && random.nextBoolean(),
        all && random.nextBoolean());
  }

  Listener listener() {
    if (random.nextInt(4) == 0) {
      return new Listener(
          text(),
          null,
          List.of(),
          null,
          false,
          duration(),
          pick(Listener.TrafficDirection.values()),
          manager());
    }
    List<FilterChain> chains = new ArrayList<>();
    for (int i = 0, n = random.nextInt(4); i < n; i++) {
      chains.add(chain(chainMatch(i)));
    }
    ProxyHeaders headers = maybe(this::proxyHeaders);
    String host = pick("0.0.0.0", "::");
    return new Listener(
        text(),
        new SocketAddress(host, random.nextInt(65536)),
        chains,
        chains.isEmpty() ? chain(ChainMatch.ANY) : maybe(() -> chain(ChainMatch.ANY)),
        random.nextBoolean(),
        random.nextBoolean(),
        duration(),
        random.nextBoolean(),
        pick(Listener.TrafficDirection.values()),
        null,
        headers,
        pick(0, random.nextInt(1, 100_000)),
        pick(
            null,
            new OriginalDestination(headers == null, false),
            new OriginalDestination(true, false),
            new OriginalDestination(true, true)),
        random.nextBoolean(),
        pick("", text()),
        maybe(() -> new TcpKeepalive(random.nextInt(9), random.nextInt(9), random.nextInt(9))),
        host.equals("::") && random.nextBoolean());
  }

  private ProxyHeaders proxyHeaders() {
    return new ProxyHeaders(
        random.nextBoolean(),
        pick(
            EnumSet.allOf(ProxyHeaderVersion.class),
            Set.of(ProxyHeaderVersion.V1),
            Set.of(ProxyHeaderVersion.V2)),
        pick("", text()),
        tlvs(),
        pick(List.of(), List.of(new TlvNote(0, text(), text()), new TlvNote(255, "n", "k"))));
  }

  /** Matches that differ by port, so that no two are the same. */
  private ChainMatch chainMatch(int i) {
    return new ChainMatch(
        1 + i,
        list(2, this::range),
        list(2, () -> pick("", "*.") + text() + ".test"),
        pick(null, "tls", "raw_buffer"),
        list(2, this::text),
        list(2, this::range),
        pick(null, ChainMatch.SourceType.SAME_IP_OR_LOOPBACK, ChainMatch.SourceType.EXTERNAL),
        list(2, this::range),
        list(2, () -> 1 + random.nextInt(65535)));
  }

  private CidrRange range() {
    return random.nextBoolean()
        ? new CidrRange("10.1.2.3", random.nextInt(33))
        : new CidrRange("2001:db8::1", random.nextInt(129));
  }

  private FilterChain chain(ChainMatch match) {
    return new FilterChain(
        pick("", text()),
        match,
        maybe(this::downstreamTls),
        duration(),
        networkFilter(),
        maybe(this::connectionLimit));
  }

  private ConnectionLimit connectionLimit() {
    return new ConnectionLimit(
        text(),
        pick(1L, Long.MAX_VALUE, 1L + random.nextInt(1000)),
        Duration.ofMillis(random.nextInt(5000)),
        random.nextBoolean());
  }

  private DownstreamTls downstreamTls() {
    TlsSettings settings = tls(false);
    boolean tickets = random.nextBoolean();
    return new DownstreamTls(
        settings,
        settings.trust() != null && random.nextBoolean(),
        new Resumption(
            tickets,
            random.nextBoolean(),
            pick(Duration.ZERO, Duration.ofSeconds(9)),
            tickets
                ? list(2, () -> new Resumption.TicketKey(pick("00", "a1").repeat(80)))
                : List.of()),
        random.nextBoolean(),
        settings.certificate() instanceof TlsSettings.Sds
            ? choice(() -> pick(new TlsSettings.Sds(text()), new TlsSettings.FixedSecret(text())))
            : settings.certificate() instanceof TlsSettings.InlineSecret own
                ? choice(() -> own)
                : CertificateChoice.NONE);
  }

  private CertificateChoice choice(Supplier<SecretSource> certificate) {
    List<SecretSource> more = list(2, certificate);
    return new CertificateChoice(more, !more.isEmpty() && random.nextBoolean());
  }

  private HttpFilterConfig filter() {
    return pick(
        new RbacFilter(
            "rbac",
            maybe(this::rules),
            maybe(this::rules),
            new AccessCounting(pick("", text()), pick("", text()), random.nextBoolean())),
        new LocalRateLimitFilter("limit", limit(maybe(this::bucket))),
        new FaultFilter("fault", fault()),
        new BufferFilter("buffer", 1 + random.nextInt(1000)),
        new CorsFilter("cors"),
        new HeaderMutationFilter("headers", steps(), list(3, this::query), random.nextBoolean()),
        new HealthCheckFilter(
            "health",
            true,
            Duration.ofMillis(random.nextInt(2_000)),
            Map.of(),
            list(2, this::headerMatch)),
        new HealthCheckFilter(
            "health", false, Duration.ZERO, Map.of("c", 12.5), list(2, this::headerMatch)),
        new HeaderToMetadataFilter("notes", notes()),
        new GrpcStatsFilter("calls", countedMethods(), random.nextBoolean()),
        new ErrorRateBreakerFilter("breaker", breaker()),
        new LongStreamsFilter("streams", longStreams()));
  }

  private GrpcStatsFilter.Methods countedMethods() {
    return pick(
        new GrpcStatsFilter.Methods.None(),
        new GrpcStatsFilter.Methods.Called(random.nextBoolean()),
        new GrpcStatsFilter.Methods.Listed(
            list(2, () -> new GrpcStatsFilter.Service(text(), List.of("Get", text())))));
  }

  private HttpFilterRouteConfig routeFilter() {
    return pick(
        new RbacRoute(maybe(this::rules), maybe(this::rules), random.nextBoolean()),
        limit(bucket()),
        fault(),
        new BufferRoute(pick(null, 7)),
        new CorsPolicy(
            list(2, this::stringMatch),
            pick("", "GET"),
            pick("", "x-a"),
            pick("", "x-b"),
            pick("", "60"),
            pick(null, true, false),
            pick(null, true),
            pick(null, false),
            fraction(),
            fraction()),
        new HeaderMutationRoute(steps(), list(3, this::query)),
        breaker(),
        longStreams(),
        notes());
  }

  private LongStreams longStreams() {
    Duration notice = pick(Duration.ZERO, duration().plusMillis(1));
    return new LongStreams(
        random.nextInt(9),
        pick("", "x-caller"),
        pick(Duration.ZERO, duration()),
        pick(Duration.ZERO, duration()),
        notice,
        random.nextInt(101),
        pick(Duration.ZERO, notice.plusMillis(1)),
        pick(null, new LongStreams.Rebalance(1 + random.nextInt(100), duration().plusMillis(100))));
  }

  private ErrorRateBreaker breaker() {
    return new ErrorRateBreaker(
        duration(),
        1 + random.nextInt(100),
        duration().plusMillis(100),
        1 + random.nextInt(100),
        1 + random.nextInt(100),
        duration().plusMillis(1),
        pick(new TreeSet<>(), new TreeSet<>(Set.of(429, 599))),
        pick(new TreeSet<>(ErrorRateBreaker.FAILURES), new TreeSet<>(Set.of(1, 16))),
        pick(
            new ErrorRateBreaker.Fallback.None(),
            new ErrorRateBreaker.Fallback.Cluster(text()),
            ErrorRateBreaker.Fallback.Reply.of(200, pick("", text())),
            new ErrorRateBreaker.Fallback.Reply(
                599, "", new TreeMap<>(Map.of("x-a", "", "x-b", "b c")), 16),
            new ErrorRateBreaker.Fallback.LastGood(
                1 + random.nextInt(9), 1 + random.nextInt(9), duration().plusMillis(1))));
  }

  private Fraction fraction() {
    return new Fraction(random.nextInt(101), pick(100, 10_000, 1_000_000));
  }

  private LocalRateLimit.Bucket bucket() {
    return new LocalRateLimit.Bucket(
        1 + random.nextInt(9), 1 + random.nextInt(9), Duration.ofMillis(50 + random.nextInt(9)));
  }

  private LocalRateLimit limit(LocalRateLimit.Bucket bucket) {
    return new LocalRateLimit(
        text(),
        pick(429, 503),
        bucket,
        fraction(),
        fraction(),
        headers().requestAdd(),
        headers().responseAdd(),
        random.nextBoolean(),
        random.nextBoolean(),
        bucket == null ? RateLimitRules.NONE : limitRules());
  }

  private RateLimitRules limitRules() {
    RateLimitRules.Entry entry = new RateLimitRules.Entry(text(), pick("", text()));
    return new RateLimitRules(
        pick(List.of(), List.of(new RateLimitRules.Descriptor(List.of(entry), bucket()))),
        1 + random.nextInt(40),
        random.nextBoolean(),
        list(2, () -> List.of(limitAction())));
  }

  private RateLimitAction limitAction() {
    return pick(
        new RateLimitAction.GenericKey(text(), text()),
        new RateLimitAction.RequestHeader("x-key", text(), random.nextBoolean()),
        new RateLimitAction.RemoteAddress(),
        new RateLimitAction.HeaderValueMatch(
            text(), text(), random.nextBoolean(), List.of(headerMatch())));
  }

  private Fault fault() {
    return new Fault(
        maybe(() -> new Fault.Delay(maybe(() -> duration().plusMillis(1)), fraction())),
        pick(
            null,
            new Fault.Abort(503, null, fraction()),
            new Fault.Abort(null, 5, fraction()),
            new Fault.Abort(null, null, fraction())),
        pick("", text()),
        list(2, this::headerMatch),
        list(2, this::text),
        pick(null, 0, 7),
        random.nextBoolean());
  }

  /** One change each, those of requests first. */
  private List<HeaderMutations> steps() {
    List<HeaderMutations> steps = new ArrayList<>();
    headers()
        .requestAdd()
        .forEach(
            add -> steps.add(new HeaderMutations(List.of(add), List.of(), List.of(), List.of())));
    steps.add(new HeaderMutations(List.of(), List.of("x-" + text()), List.of(), List.of()));
    headers()
        .responseAdd()
        .forEach(
            add -> steps.add(new HeaderMutations(List.of(), List.of(), List.of(add), List.of())));
    steps.add(new HeaderMutations(List.of(), List.of(), List.of(), List.of("x-" + text())));
    return steps;
  }

  private QueryMutation query() {
    return pick(
        new QueryMutation.Remove(text()),
        new QueryMutation.Write(
            text(), pick("", "%REQ(x-a)%", "100%%"), pick(HeaderMutations.Append.values())));
  }

  private HeaderToMetadata notes() {
    HeaderToMetadata.Note missing =
        new HeaderToMetadata.Note("ns", text(), "none", null, false, false);
    HeaderToMetadata.Note present =
        pick(
            new HeaderToMetadata.Note(
                text(), text(), "", new RegexRewrite("^a(.*)", "<\\1>"), true, false),
            new HeaderToMetadata.Note(text(), text(), text(), null, false, true));
    return new HeaderToMetadata(
        List.of(
            new HeaderToMetadata.Rule("x-" + text(), false, present, missing, true),
            new HeaderToMetadata.Rule(text(), true, present, null, false)),
        List.of());
  }

  @Override
  Map<String, FilterOverride> overrides() {
    return pick(
        Map.of(),
        Map.of("rbac", new FilterOverride.Disable()),
        Map.of("rbac", new FilterOverride.Enable()),
        Map.of("rbac", new FilterOverride.Configure(routeFilter())));
  }

  private NetworkFilter networkFilter() {
    return random.nextBoolean()
        ? manager()
        : new TcpProxy(
            text(),
            target(false),
            duration(),
            1 + random.nextInt(5),
            list(2, this::accessLog),
            pick(Duration.ZERO, Duration.ofSeconds(9)),
            random.nextBoolean(),
            metadata(),
            maybe(
                () -> {
                  Duration base = duration().plusMillis(1);
                  return new TcpProxy.Backoff(base, base.plus(duration()));
                }),
            new TcpProxy.LogOccasions(
                pick(Duration.ZERO, Duration.ofMillis(7)), random.nextBoolean()));
  }

  HttpConnectionManager manager() {
    return new HttpConnectionManager(
        text(),
        pick(HttpConnectionManager.CodecType.values()),
        routeSource(),
        pick(List.of(), List.of(filter()), List.of(new DisabledFilter(filter()))),
        duration(),
        duration(),
        duration(),
        duration(),
        duration(),
        duration(),
        pick(Duration.ZERO, Duration.ofMinutes(5)),
        random.nextInt(3),
        1 + random.nextInt(1000),
        1 + random.nextInt(8192),
        1 + random.nextInt(200),
        random.nextBoolean(),
        random.nextInt(3),
        pick(HttpConnectionManager.ForwardClientCert.values()),
        Set.copyOf(list(3, () -> pick(HttpConnectionManager.ClientCertDetail.values()))),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        upgrades(),
        random.nextBoolean(),
        pick(HttpConnectionManager.EscapedSlashes.values()),
        pick(HttpConnectionManager.UnderscoreHeaders.values()),
        headerPolicy(),
        pick(LocalReplyConfig.NONE, localReplies()),
        list(3, this::accessLog),
        new Http1Settings(
            random.nextBoolean(), pick("", text()), random.nextBoolean(), random.nextBoolean()),
        pick(Duration.ZERO, Duration.ofSeconds(3)),
        maybe(this::pings),
        list(3, this::range),
        maybe(new TraceModels(random)::ofManager),
        pick(HttpConnectionManager.Counted.values()));
  }

  private AccessLog accessLog() {
    return new AccessLog(
        pick("", text()),
        pick(new AccessLog.File("/dev/stdout"), new AccessLog.Stdout(), new AccessLog.Stderr()),
        maybe(this::format),
        maybe(() -> logFilter(3)));
  }

  private HeaderPolicy headerPolicy() {
    return new HeaderPolicy(
        pick("", text()),
        pick(HeaderPolicy.ServerHeader.values()),
        pick("", text()),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        pick(HeaderPolicy.HostPort.values()),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean());
  }

  private LocalReplyConfig localReplies() {
    return new LocalReplyConfig(
        list(
            2,
            () ->
                new LocalReplyConfig.Mapper(
                    logFilter(2),
                    pick(0, 200 + random.nextInt(400)),
                    pick(null, text()),
                    maybe(this::format),
                    List.of(
                        new HeaderMutations.HeaderValue(
                            "x-" + text(),
                            "%RESPONSE_CODE% 5%%",
                            pick(HeaderMutations.Append.values()))))),
        format());
  }

  private SubstitutionFormat format() {
    TreeMap<String, JsonTemplate> fields = new TreeMap<>();
    fields.put(text(), new JsonTemplate.Text("%REQ(X-ID?:PATH):20%"));
    fields.put(
        text(),
        new JsonTemplate.Values(
            List.of(
                new JsonTemplate.Null(),
                new JsonTemplate.Flag(random.nextBoolean()),
                new JsonTemplate.Constant(random.nextInt()))));
    return new SubstitutionFormat(
        pick(
            new SubstitutionFormat.Text("%START_TIME(%Y)% 100%% " + text()),
            new SubstitutionFormat.Json(new JsonTemplate.Fields(fields))),
        random.nextBoolean(),
        pick("", "text/html"));
  }

  private LogFilter logFilter(int depth) {
    LogFilter.Limit limit =
        new LogFilter.Limit(
            pick(LogFilter.Comparison.values()), random.nextInt() & 0xffffffffL, text());
    boolean exclude = random.nextBoolean();
    return switch (random.nextInt(depth > 0 ? 12 : 10)) {
      case 0 -> new LogFilter.StatusCode(limit);
      case 1 -> new LogFilter.Duration(limit);
      case 2 -> new LogFilter.NotHealthCheck();
      case 3 -> new LogFilter.Traceable();
      case 4 -> new LogFilter.Sample(text(), new Fraction(random.nextInt(100), 10_000), exclude);
      case 5 -> new LogFilter.Header(headerMatch());
      case 6 -> new LogFilter.ResponseFlags(pick(Set.of(), Set.of("UF", "RL")));
      case 7 -> new LogFilter.GrpcStatus(pick(Set.of(), Set.of(0, 14)), exclude);
      case 8 -> new LogFilter.LogType(pick(Set.of(), Set.of("DownstreamEnd")), exclude);
      case 9 -> new LogFilter.Metadata(maybe(this::metadataMatch), exclude);
      case 10 -> new LogFilter.And(List.of(logFilter(depth - 1), logFilter(depth - 1)));
      default -> new LogFilter.Or(List.of(logFilter(depth - 1), logFilter(depth - 1)));
    };
  }

  private AccessRules rules() {
    Map<String, AccessRules.Policy> policies = new HashMap<>();
    for (int i = 0, n = random.nextInt(3); i < n; i++) {
      policies.put(
          text() + i,
          new AccessRules.Policy(
              List.of(permission(3), permission(0)), List.of(principal(0), principal(3))));
    }
    return new AccessRules(pick(AccessRules.Action.values()), policies);
  }

  private Permission permission(int depth) {
    int port = random.nextInt(65000);
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 -> new Permission.Any();
      case 1 -> new Permission.Header(headerMatch());
      case 2 -> new Permission.UrlPath(stringMatch());
      case 3 -> new Permission.DestinationIp(range());
      case 4 -> new Permission.DestinationPort(port, port + 1 + random.nextInt(3));
      case 5 -> new Permission.RequestedServerName(stringMatch());
      case 6 -> new Permission.And(List.of(permission(depth - 1), permission(depth - 1)));
      case 7 -> new Permission.Or(List.of(permission(depth - 1)));
      default -> new Permission.Not(permission(depth - 1));
    };
  }

  private Principal principal(int depth) {
    return switch (random.nextInt(depth > 0 ? 10 : 7)) {
      case 0 -> new Principal.Any();
      case 1 -> new Principal.Header(headerMatch());
      case 2 -> new Principal.UrlPath(stringMatch());
      case 3 -> new Principal.DirectRemoteIp(range());
      case 4 -> new Principal.RemoteIp(range());
      case 5 -> new Principal.Authenticated(maybe(this::stringMatch));
      case 6 -> new Principal.SourceIp(range());
      case 7 -> new Principal.And(List.of(principal(depth - 1), principal(depth - 1)));
      case 8 -> new Principal.Or(List.of(principal(depth - 1)));
      default -> new Principal.Not(principal(depth - 1));
    };
  }
}
