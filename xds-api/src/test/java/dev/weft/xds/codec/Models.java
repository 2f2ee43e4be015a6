package dev.weft.xds.codec;

import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.DeadlineBudget;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HashPolicy;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HeaderMutations.HeaderValue;
import dev.weft.xds.model.HedgePolicy;
import dev.weft.xds.model.HostRewrite;
import dev.weft.xds.model.InternalRedirectPolicy;
import dev.weft.xds.model.MetadataMatch;
import dev.weft.xds.model.MetadataValue;
import dev.weft.xds.model.Mirror;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.PathRewrite;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.QueryMatch;
import dev.weft.xds.model.RegexRewrite;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteBalance;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.StringMatch;
import dev.weft.xds.model.UpgradeConfig;
import dev.weft.xds.model.VirtualCluster;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.AttemptCount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;

/** Random route configurations, and the parts that other random models are made of. */
class Models {
  final Random random;

  Models(long seed) {
    random = new Random(seed);
  }

  RouteConfig routeConfig() {
    List<VirtualHost> hosts = new ArrayList<>();
    for (int i = 0, n = random.nextInt(3); i < n; i++) {
      int host = i;
      hosts.add(
          new VirtualHost(
              text(),
              pick(
                  List.of("h" + host + ".test", "*.h" + host + ".test", "H" + host + ".*"),
                  List.of(host == 0 ? "*" : "*-" + host + ".test")),
              list(3, this::route),
              headers(),
              maybe(this::retry),
              maybe(() -> new HedgePolicy(random.nextBoolean())),
              random.nextBoolean(),
              maybe(this::deadlines),
              new AttemptCount(random.nextBoolean(), random.nextBoolean(), random.nextBoolean()),
              pick(VirtualHost.RequireTls.values()),
              maybe(() -> random.nextInt(1 << 20)),
              mirrors(),
              overrides(),
              list(2, () -> new VirtualCluster(text(), headerMatches()))));
    }
    return new RouteConfig(
        text(),
        hosts,
        headers(),
        list(2, () -> "x-" + text()),
        random.nextBoolean(),
        random.nextBoolean(),
        random.nextBoolean(),
        mirrors(),
        overrides());
  }

  private DeadlineBudget deadlines() {
    boolean remembers = random.nextBoolean();
    int least = pick(0, 1, 20, 3_600_000);
    return new DeadlineBudget(remembers, !remembers && random.nextBoolean(), least);
  }

  private List<Mirror> mirrors() {
    return list(
        2,
        () ->
            new Mirror(
                "x-" + text(),
                random.nextBoolean(),
                maybe(() -> new Fraction(random.nextInt(101), pick(100, 10_000, 1_000_000))),
                random.nextBoolean(),
                maybe(random::nextBoolean)));
  }

  /** What is said of filters. */
  Map<String, FilterOverride> overrides() {
    return Map.of();
  }

  private Route route() {
    RouteMatch match = match();
    return new Route(
        pick("", text()),
        match,
        action(match.path()),
        headers(),
        maybe(() -> random.nextInt(1 << 20)),
        overrides(),
        maybe(new TraceModels(random)::ofRoute),
        maybe(new TraceModels(random)::decorator),
        random.nextBoolean() ? Map.of() : new TraceModels(random).metadata(),
        pick("", text()));
  }

  /** At least one. */
  private List<HeaderMatch> headerMatches() {
    List<HeaderMatch> matches = new ArrayList<>(list(2, this::headerMatch));
    matches.add(headerMatch());
    return matches;
  }

  private RouteMatch match() {
    boolean caseSensitive = random.nextBoolean();
    PathMatch path =
        pick(
            new PathMatch.Prefix("/" + text(), caseSensitive),
            new PathMatch.Exact("/" + text(), caseSensitive),
            new PathMatch.PathSeparatedPrefix("/" + text(), caseSensitive),
            new PathMatch.Regex("/(a|b)+.*"),
            new PathMatch.Template("/" + text() + "/{name}/{rest=**}"),
            new PathMatch.Connect());
    return new RouteMatch(
        path,
        list(3, this::headerMatch),
        list(2, () -> new QueryMatch(text(), maybe(this::stringMatch))),
        random.nextBoolean(),
        maybe(() -> new Fraction(random.nextInt(101), pick(100, 10_000, 1_000_000))),
        maybe(() -> new RouteMatch.Certificate(pick(null, true, false), pick(null, true, false))),
        list(2, this::metadataMatch));
  }

  MetadataMatch metadataMatch() {
    return new MetadataMatch(
        text(), List.of(text(), text()), metadataValue(2), random.nextBoolean());
  }

  private MetadataMatch.Value metadataValue(int depth) {
    return switch (random.nextInt(depth > 0 ? 8 : 6)) {
      case 0 -> new MetadataMatch.Null();
      case 1 -> new MetadataMatch.Number(random.nextInt(100) / 4.0);
      case 2 -> new MetadataMatch.Range(random.nextInt(5), 5 + random.nextInt(5));
      case 3 -> new MetadataMatch.Text(stringMatch());
      case 4 -> new MetadataMatch.Truth(random.nextBoolean());
      case 5 -> new MetadataMatch.Present(random.nextBoolean());
      case 6 -> new MetadataMatch.Element(metadataValue(depth - 1));
      default ->
          new MetadataMatch.AnyOf(List.of(metadataValue(depth - 1), metadataValue(depth - 1)));
    };
  }

  HeaderMatch headerMatch() {
    boolean invert = random.nextBoolean();
    boolean empty = random.nextBoolean();
    String name = pick(":method", "x-" + text());
    return pick(
        new HeaderMatch(name, stringMatch(), null, true, invert, empty),
        new HeaderMatch(
            name,
            null,
            new HeaderMatch.Range(random.nextLong(), random.nextLong()),
            true,
            invert,
            empty),
        new HeaderMatch(name, null, null, random.nextBoolean(), invert, empty));
  }

  StringMatch stringMatch() {
    boolean ignoreCase = random.nextBoolean();
    return pick(
        new StringMatch.Exact(pick("", text()), ignoreCase),
        new StringMatch.Prefix(text(), ignoreCase),
        new StringMatch.Suffix(text(), ignoreCase),
        new StringMatch.Contains(text(), ignoreCase),
        new StringMatch.Regex("[a-z]{1,3}" + text()));
  }

  private RouteAction action(PathMatch match) {
    return pick(
        forward(match),
        new RouteAction.Redirect(null, null, null, null, null, regex(), 307, random.nextBoolean()),
        new RouteAction.Redirect(
            pick(null, "https"),
            maybe(this::text),
            pick(null, 8443),
            "/" + text(),
            null,
            pick(301, 302, 303, 307, 308),
            random.nextBoolean()),
        new RouteAction.Redirect(
            "https", null, null, null, pick(null, "/" + text()), 301, random.nextBoolean()),
        new RouteAction.DirectResponse(
            200 + random.nextInt(400), pick("", text(), "long".repeat(2000))),
        new RouteAction.NonForwarding());
  }

  private RegexRewrite regex() {
    return new RegexRewrite("^/(a|b)+(.*)$", pick("", "/\\2/\\1", "\\\\" + text()));
  }

  private RouteAction.Rewrite rewrite(PathMatch match) {
    PathRewrite path =
        pick(
            match instanceof PathMatch.Template
                ? new PathRewrite.Template("/x/{rest}")
                : new PathRewrite.Prefix("/" + text()),
            new PathRewrite.Regex(regex()),
            null);
    HostRewrite host =
        pick(
            new HostRewrite.Literal(text()),
            new HostRewrite.Auto(),
            new HostRewrite.Header("x-" + text()),
            new HostRewrite.PathRegex(regex()),
            path == null ? new HostRewrite.Auto() : null);
    return new RouteAction.Rewrite(path, host, random.nextBoolean());
  }

  private RouteAction forward(PathMatch match) {
    Duration longest = maybe(this::duration);
    Duration deadline = maybe(this::duration);
    boolean timed = longest != null || deadline != null || random.nextBoolean();
    return new RouteAction.Forward(
        target(true),
        // the one does not count beside the others
        timed ? Duration.ZERO : duration(),
        maybe(this::duration),
        longest,
        deadline,
        maybe(this::retry),
        maybe(() -> new HedgePolicy(random.nextBoolean())),
        maybe(() -> rewrite(match)),
        pick(Priority.values()),
        pick(upgrades(), List.of(new UpgradeConfig("CONNECT", random.nextBoolean(), true))),
        pick(503, 404, 500),
        mirrors(),
        pick(RouteBalance.NONE, new RouteBalance(list(3, this::hashPolicy), metadata())),
        maybe(this::redirects),
        deadline == null ? Duration.ZERO : duration(),
        timed ? null : maybe(() -> new RouteAction.GrpcTimeout(duration(), duration())),
        timed);
  }

  private InternalRedirectPolicy redirects() {
    return new InternalRedirectPolicy(
        random.nextInt(9),
        pick(Set.of(302), Set.of(301, 303, 307, 308)),
        list(
            3,
            () ->
                pick(
                    new InternalRedirectPolicy.AllowListedRoutes(pick(Set.of(), Set.of(text()))),
                    new InternalRedirectPolicy.PreviousRoutes(),
                    new InternalRedirectPolicy.SafeCrossScheme())),
        random.nextBoolean(),
        pick(List.of(), List.of("x-" + text())));
  }

  private HashPolicy hashPolicy() {
    boolean terminal = random.nextBoolean();
    return pick(
        new HashPolicy.Header(
            "x-" + text(), pick(null, new RegexRewrite("a(b*)", "\\1-\\0")), terminal),
        new HashPolicy.Cookie(
            text(),
            pick(null, Duration.ZERO, Duration.ofSeconds(7)),
            pick("", "/" + text()),
            list(2, () -> new HashPolicy.CookieAttribute(text(), pick("", text()))),
            terminal),
        new HashPolicy.SourceIp(terminal),
        new HashPolicy.QueryParameter(text(), terminal));
  }

  Map<String, MetadataValue> metadata() {
    return pick(
        Map.of(),
        Map.of("version", new MetadataValue.Text(text()), "zone", new MetadataValue.Text(text())),
        Map.of(
            "n",
            new MetadataValue.Number(random.nextInt(9)),
            "many",
            new MetadataValue.Several(
                List.of(new MetadataValue.Flag(true), new MetadataValue.Nothing())),
            "in",
            new MetadataValue.Fields(Map.of("a", new MetadataValue.Text(text())))));
  }

  List<UpgradeConfig> upgrades() {
    return pick(
        List.of(),
        List.of(UpgradeConfig.WEBSOCKET),
        List.of(new UpgradeConfig("WebSocket", false), new UpgradeConfig("other", true)));
  }

  ClusterTarget target(boolean http) {
    return pick(
        new ClusterTarget.Single(text()),
        new ClusterTarget.Weighted(
            List.of(
                new ClusterTarget.WeightedCluster(
                    text(),
                    pick(1L, 50L, 3_000_000_000L),
                    http ? headers() : HeaderMutations.NONE,
                    http ? overrides() : Map.of()),
                new ClusterTarget.WeightedCluster(text(), http ? 0 : 7, HeaderMutations.NONE))),
        http ? new ClusterTarget.FromHeader("x-" + text()) : new ClusterTarget.Single(text()),
        http
            ? new ClusterTarget.Weighted(
                List.of(
                    new ClusterTarget.WeightedCluster(
                        "x-" + text(),
                        true,
                        7,
                        headers(),
                        maybe(this::text),
                        overrides(),
                        metadata())),
                maybe(() -> "x-" + text()))
            : new ClusterTarget.Single(text()));
  }

  private RetryPolicy retry() {
    Set<RetryPolicy.RetryOn> on = EnumSet.noneOf(RetryPolicy.RetryOn.class);
    for (RetryPolicy.RetryOn condition : RetryPolicy.RetryOn.values()) {
      if (random.nextBoolean()) {
        on.add(condition);
      }
    }
    Duration base = duration().plusMillis(1);
    return new RetryPolicy(
        on,
        list(2, () -> 100 + random.nextInt(500)),
        list(2, this::headerMatch),
        list(2, this::headerMatch),
        random.nextInt(5),
        duration(),
        duration(),
        base,
        base.multipliedBy(1 + random.nextInt(20)),
        new RetryPolicy.HostSelection(
            list(
                3,
                () ->
                    pick(
                        new RetryPolicy.HostPredicate.Previous(),
                        new RetryPolicy.HostPredicate.Canary(),
                        new RetryPolicy.HostPredicate.Labelled(metadata()))),
            1 + random.nextInt(9),
            random.nextInt(3)),
        maybe(
            () ->
                new RetryPolicy.RateLimitedBackoff(
                    List.of(new RetryPolicy.ResetHeader("x-" + text(), random.nextBoolean())),
                    duration().plusMillis(1))));
  }

  HeaderMutations headers() {
    if (random.nextInt(3) > 0) {
      return HeaderMutations.NONE;
    }
    return new HeaderMutations(
        list(2, this::headerValue),
        list(2, () -> "x-" + text()),
        list(2, this::headerValue),
        list(2, () -> "x-" + text()));
  }

  private HeaderValue headerValue() {
    String value = pick("", text(), "100%% of %REQ(x)% über");
    return new HeaderValue(
        "x-" + text(),
        value,
        pick(HeaderMutations.Append.values()),
        value.isEmpty() || random.nextBoolean());
  }

  Duration duration() {
    return pick(
        Duration.ZERO,
        Duration.ofMillis(random.nextInt(5000)),
        Duration.ofNanos(random.nextInt(Integer.MAX_VALUE)));
  }

  String text() {
    return pick("a", "b", "blue", "green") + random.nextInt(1000);
  }

  <T> T maybe(Supplier<T> value) {
    return random.nextBoolean() ? null : value.get();
  }

  <T> List<T> list(int max, Supplier<T> element) {
    List<T> list = new ArrayList<>();
    for (int i = 0, n = random.nextInt(max + 1); i < n; i++) {
      list.add(element.get());
    }
    return list;
  }

  @SafeVarargs
  final <T> T pick(T... values) {
    return values[random.nextInt(values.length)];
  }
}
