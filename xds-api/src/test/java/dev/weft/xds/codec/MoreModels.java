package dev.weft.xds.codec;

import dev.weft.xds.model.AccessRules;
import dev.weft.xds.model.AccessRules.Permission;
import dev.weft.xds.model.AccessRules.Principal;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.CidrRange;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.DisabledFilter;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.NetworkFilter;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.RbacFilter;
import dev.weft.xds.model.RbacRoute;
import dev.weft.xds.model.SanMatch;
import dev.weft.xds.model.Secret;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.TcpProxy;
import dev.weft.xds.model.TlsSettings;
import dev.weft.xds.model.TlsSettings.SecretSource;
import dev.weft.xds.model.TlsSettings.TlsVersion;
import dev.weft.xds.model.UpstreamTls;
import dev.weft.xds.model.XdsResource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

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
                maybe(() -> new Cluster.RetryBudget(random.nextDouble() * 100, limit()))));
      }
    }
    UpstreamTls tls = maybe(() -> new UpstreamTls(tls(true), maybe(this::text)));
    return new Cluster(
        text(),
        pick(
            new Cluster.Eds(text()),
            new Cluster.Static(endpoints(false)),
            new Cluster.StrictDns(endpoints(true), duration().plusMillis(2))),
        pick(
            new Cluster.RoundRobin(),
            new Cluster.Random(),
            new Cluster.LeastRequest(2 + random.nextInt(8))),
        duration().plusMillis(1),
        pick(
            Cluster.UpstreamProtocol.HTTP1,
            Cluster.UpstreamProtocol.HTTP2,
            Cluster.UpstreamProtocol.USE_DOWNSTREAM,
            tls == null ? Cluster.UpstreamProtocol.HTTP2 : Cluster.UpstreamProtocol.AUTO),
        tls,
        thresholds,
        maybe(this::outlierDetection),
        random.nextInt(1000),
        duration(),
        random.nextInt(101));
  }

  private Cluster.OutlierDetection outlierDetection() {
    Duration base = duration().plusMillis(1);
    return new Cluster.OutlierDetection(
        random.nextInt(5),
        random.nextInt(5),
        random.nextInt(5),
        random.nextBoolean(),
        duration().plusMillis(1),
        base,
        base.plus(duration()),
        random.nextInt(101));
  }

  private int limit() {
    return pick(0, 1, 1024, Integer.MAX_VALUE);
  }

  EndpointSet endpoints(boolean names) {
    return new EndpointSet(text(), list(3, () -> locality(names)), 1 + random.nextInt(200));
  }

  private EndpointSet.LocalityEndpoints locality(boolean names) {
    return new EndpointSet.LocalityEndpoints(
        new EndpointSet.Locality(pick("", text()), pick("", text()), pick("", text())),
        random.nextInt(129),
        1 + random.nextInt(100),
        list(3, () -> endpoint(names)));
  }

  private EndpointSet.Endpoint endpoint(boolean names) {
    return new EndpointSet.Endpoint(
        new SocketAddress(
            pick("10.1.2.3", "2001:db8::1", names ? "svc.test" : "127.0.0.1"),
            random.nextInt(65536)),
        pick("", text()),
        pick(EndpointSet.HealthStatus.values()),
        1 + random.nextInt(1000),
        pick(Map.of(), Map.of("version", text(), "zone", text())));
  }

  Secret secret() {
    return pick(
        new Secret.Certificate(text(), TestPem.CERTIFICATE, TestPem.KEY),
        new Secret.Validation(text(), TestPem.CERTIFICATE, list(2, this::san)));
  }

  private SanMatch san() {
    return new SanMatch(pick(SanMatch.SanType.values()), stringMatch());
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
        pick(TlsVersion.values()));
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
    return new Listener(
        text(),
        new SocketAddress(pick("0.0.0.0", "::"), random.nextInt(65536)),
        chains,
        chains.isEmpty() ? chain(ChainMatch.ANY) : maybe(() -> chain(ChainMatch.ANY)),
        random.nextBoolean(),
        duration(),
        random.nextBoolean(),
        pick(Listener.TrafficDirection.values()),
        null);
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
        pick("", text()), match, maybe(this::downstreamTls), duration(), networkFilter());
  }

  private DownstreamTls downstreamTls() {
    TlsSettings settings = tls(false);
    return new DownstreamTls(settings, settings.trust() != null && random.nextBoolean());
  }

  private RbacFilter filter() {
    return new RbacFilter("rbac", maybe(this::rules), maybe(this::rules));
  }

  @Override
  Map<String, FilterOverride> overrides() {
    return pick(
        Map.of(),
        Map.of("rbac", new FilterOverride.Disable()),
        Map.of("rbac", new FilterOverride.Enable()),
        Map.of(
            "rbac",
            new FilterOverride.Configure(new RbacRoute(maybe(this::rules), maybe(this::rules)))));
  }

  private NetworkFilter networkFilter() {
    return random.nextBoolean()
        ? manager()
        : new TcpProxy(text(), target(false), duration(), 1 + random.nextInt(5));
  }

  HttpConnectionManager manager() {
    return new HttpConnectionManager(
        text(),
        pick(HttpConnectionManager.CodecType.values()),
        pick(
            new HttpConnectionManager.Rds(text()), new HttpConnectionManager.Inline(routeConfig())),
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
        pick(HttpConnectionManager.UnderscoreHeaders.values()));
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
    return switch (random.nextInt(depth > 0 ? 9 : 6)) {
      case 0 -> new Principal.Any();
      case 1 -> new Principal.Header(headerMatch());
      case 2 -> new Principal.UrlPath(stringMatch());
      case 3 -> new Principal.DirectRemoteIp(range());
      case 4 -> new Principal.RemoteIp(range());
      case 5 -> new Principal.Authenticated(maybe(this::stringMatch));
      case 6 -> new Principal.And(List.of(principal(depth - 1), principal(depth - 1)));
      case 7 -> new Principal.Or(List.of(principal(depth - 1)));
      default -> new Principal.Not(principal(depth - 1));
    };
  }
}
