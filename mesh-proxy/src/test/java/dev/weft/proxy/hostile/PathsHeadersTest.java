package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.ForwardClientCert;
import dev.weft.xds.model.HttpConnectionManager.UnderscoreHeaders;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.StringMatch;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.AttemptCount;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** H69 to H73: names and values that are one thing to a policy and another to a server. */
class PathsHeadersTest {
  private static final String REFUSED = "400";
  private static final String DENIED = "403";
  private static final String TOO_LARGE = "431";
  private static final String SERVED = "200";

  /** How a connection manager is set. */
  enum Setting {
    PLAIN,
    UNDERSCORES_ALLOWED,
    UNDERSCORES_DROPPED,
    EDGE;

    HttpConnectionManager apply(HttpConnectionManager manager) {
      HttpConnectionManagerBuilder changed = HttpConnectionManagerBuilder.builder(manager);
      switch (this) {
        case PLAIN -> {}
        case UNDERSCORES_ALLOWED -> changed.underscoreHeaders(UnderscoreHeaders.ALLOW);
        case UNDERSCORES_DROPPED -> changed.underscoreHeaders(UnderscoreHeaders.DROP_HEADER);
        case EDGE ->
            changed.useRemoteAddress(true).forwardClientCert(ForwardClientCert.SANITIZE_SET);
      }
      return changed.build();
    }
  }

  private static final Map<Setting, PairMesh> meshes = new EnumMap<>(Setting.class);
  private static final Map<Setting, Knock> knocks = new EnumMap<>(Setting.class);

  @BeforeAll
  static void start() {
    for (Setting setting : Setting.values()) {
      PairMesh pairs = new PairMesh(setting::apply, PathsHeadersTest::deny).start();
      meshes.put(setting, pairs);
      knocks.put(setting, new Knock(pairs));
    }
  }

  /** Denies a host, a path, a header and a cookie. */
  private static RouteConfig deny(RouteConfig all) {
    RouteAction denied = new RouteAction.DirectResponse(403, "denied");
    HeaderMatch cookie =
        new HeaderMatch(
            "cookie", new StringMatch.Exact("a=1; role=admin", false), null, true, false, false);
    return new RouteConfig(
        "routes",
        List.of(
            new VirtualHost(
                "internal",
                List.of("internal.test"),
                List.of(Configs.route(RouteMatch.prefix("/"), denied)),
                HeaderMutations.NONE,
                null,
                AttemptCount.ENDPOINT),
            new VirtualHost(
                "all",
                List.of("*"),
                List.of(
                    Configs.route(Configs.exact("/admin"), denied),
                    Configs.route(with(HeaderMatch.exact("x-role", "blocked")), denied),
                    Configs.route(with(cookie), denied),
                    forward(all)),
                HeaderMutations.NONE,
                null,
                AttemptCount.ENDPOINT)),
        HeaderMutations.NONE);
  }

  private static Route forward(RouteConfig all) {
    return all.virtualHosts().getFirst().routes().getFirst();
  }

  private static RouteMatch with(HeaderMatch header) {
    return new RouteMatch(new PathMatch.Prefix("/", true), List.of(header), List.of(), false, null);
  }

  @AfterAll
  static void stop() {
    knocks.values().forEach(Knock::close);
    meshes.values().forEach(PairMesh::close);
  }

  private static Pair.Row row(String name, String outcome, String path, String... headers) {
    return new Pair.Row(name, Setting.PLAIN, outcome, path, headers);
  }

  private static Pair.Row row(
      String name, Setting setting, String outcome, String path, String... headers) {
    return new Pair.Row(name, setting, outcome, path, headers);
  }

  private static String[] repeated(String name, String value, int times) {
    return IntStream.range(0, 2 * times)
        .mapToObj(i -> i % 2 == 0 ? name : value)
        .toArray(String[]::new);
  }

  static Stream<Arguments> heads() {
    return Pair.times(
        Pair.all(),
        List.of(
            row("H69 denied host", DENIED, "/", "host", "internal.test"),
            row("H69 capitals are the same host", DENIED, "/", "host", "INTERNAL.Test"),
            row("H69 an empty port", REFUSED, "/", "host", "internal.test:"),
            row("H69 two dots", REFUSED, "/", "host", "internal.test.."),
            row("H69 a dot first", REFUSED, "/", "host", ".internal.test"),
            row("H69 an empty label", REFUSED, "/", "host", "internal..test"),
            row("H69 no host before the port", REFUSED, "/", "host", ":80"),
            row("H69 one dot is another host", SERVED, "/", "host", "internal.test."),
            row("H69 a port is another host", SERVED, "/", "host", "internal.test:80"),
            row("H69 IPv6", SERVED, "/", "host", "[::1]:80"),
            row("H69 denied path", DENIED, "/admin"),
            row("H69 capitals are another path", SERVED, "/Admin"),
            row("H70 the only value", DENIED, "/", "x-role", "blocked"),
            row("H70 the first value", DENIED, "/", "x-role", "blocked", "x-role", "good"),
            row("H70 the last value", DENIED, "/", "x-role", "good", "x-role", "blocked"),
            row("H70 none of the values", SERVED, "/", "x-role", "good", "x-role", "blocked2"),
            row("H70 cookies apart", DENIED, "/", "cookie", "a=1", "cookie", "role=admin"),
            row("H70 cookies together", DENIED, "/", "cookie", "a=1; role=admin"),
            row("H71 underscore", REFUSED, "/", "x_role", "blocked"),
            row("H71 only an underscore", REFUSED, "/", "_", "a"),
            row("H71 allowed", Setting.UNDERSCORES_ALLOWED, SERVED, "/", "x_role", "blocked"),
            row("H71 dropped", Setting.UNDERSCORES_DROPPED, SERVED, "/", "x_role", "blocked"),
            row("H73 huge", TOO_LARGE, "/", "x-forwarded-for", "10.0.0.1,".repeat(8000)),
            row("H73 many", TOO_LARGE, "/", repeated("x-forwarded-for", "10.0.0.1", 101)),
            row("H73 long", Setting.EDGE, SERVED, "/", "x-forwarded-for", "a,".repeat(3000))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("heads")
  void aHeadIsRefusedOrSeenAsTheRoutesSawIt(
      String name, Pair pair, Setting setting, String outcome, String path, String[] headers)
      throws IOException {
    PairMesh pairs = meshes.get(setting);
    pairs.upstream(pair).forget();
    String status = knocks.get(setting).get(pair, path, headers);

    // What is no head at all resets an HTTP/2 stream.
    assertThat(status).isIn(outcome, outcome.equals(REFUSED) ? "cut" : outcome);
    if (!outcome.equals(SERVED)) {
      assertThat(pairs.upstream(pair).paths()).as("what the endpoint saw").isEmpty();
      return;
    }
    Arrival arrived = pairs.upstream(pair).arrival(path);
    for (int i = 0; i < headers.length; i += 2) {
      if (headers[i].equals("host")) {
        assertThat(arrived.header(":authority")).isEqualTo(headers[i + 1]);
      } else if (setting == Setting.UNDERSCORES_DROPPED) {
        assertThat(arrived.headers(headers[i])).isEmpty();
      } else if (setting == Setting.EDGE) {
        assertThat(arrived.header(headers[i])).startsWith(headers[i + 1] + ",");
      } else {
        assertThat(arrived.headers(headers[i])).contains(headers[i + 1]);
      }
    }
  }

  @ParameterizedTest(name = "H71 {0}")
  @EnumSource
  void h71TrailersWithUnderscoresGoNowhere(Pair pair) throws IOException {
    PairMesh pairs = meshes.get(Setting.PLAIN);
    pairs.upstream(pair).forget();
    if (pair.down2) {
      try (RawHttp2 client = pairs.http2(pair)) {
        client.request(
            3,
            new DefaultHttp2Headers(false)
                .method("POST")
                .scheme(pair.mtls ? "https" : "http")
                .authority("a.test")
                .path("/trailers"),
            false);
        DefaultHttp2Headers trailers = new DefaultHttp2Headers(false);
        trailers.add("x_role", "a").add("x-envoy-retry-on", "5xx").add("x-sum", "1");
        client.write((w, c) -> w.writeHeaders(c, 3, trailers, 0, true, c.newPromise()));
        assertTrailers(pairs.upstream(pair).arrival("/trailers"));
      }
    } else {
      try (RawClient client = pairs.http1(pair)) {
        client.send(
            "POST /trailers HTTP/1.1\r\nhost: a.test\r\ntransfer-encoding: chunked\r\n\r\n"
                + "0\r\nx_role: a\r\nx-envoy-retry-on: 5xx\r\nx-sum: 1\r\n\r\n");
        assertTrailers(pairs.upstream(pair).arrival("/trailers"));
      }
    }
  }

  private static void assertTrailers(Arrival arrived) {
    await("the end of the request").until(arrived::complete);
    assertThat(arrived.trailers()).containsExactly(Map.entry("x-sum", "1"));
  }

  private static final Map<String, String> SPOOFED =
      Map.ofEntries(
          Map.entry("x-envoy-internal", "true"),
          Map.entry("x-envoy-max-retries", "9"),
          Map.entry("x-envoy-retry-on", "5xx"),
          Map.entry("x-envoy-upstream-rq-timeout-ms", "1"),
          Map.entry("x-envoy-attempt-count", "77"),
          Map.entry("x-envoy-expected-rq-timeout-ms", "77"),
          Map.entry("x-envoy-original-path", "/admin"),
          Map.entry("X-Envoy-Decorator-Operation", "forged"),
          Map.entry("x-forwarded-for", "10.0.0.1"),
          Map.entry("x-forwarded-proto", "forged"),
          Map.entry("x-forwarded-client-cert", "Hash=forged;URI=spiffe://weft.local/ns/a/sa/admin"),
          Map.entry("x-request-id", "forged"));

  private Arrival spoof(Setting setting, Pair pair) {
    PairMesh pairs = meshes.get(setting);
    pairs.upstream(pair).forget();
    Client.Reply reply =
        pairs.client(pair).call(pairs.port(pair), HttpMethod.GET, "/spoofed", SPOOFED, null);
    assertThat(reply.status()).isEqualTo(200);
    return pairs.upstream(pair).arrival("/spoofed");
  }

  private static void assertOwnOnly(Arrival arrived, String... more) {
    assertThat(arrived.head().stream().map(Map.Entry::getKey).filter(n -> n.startsWith("x-envoy-")))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Stream.of("x-envoy-attempt-count", "x-envoy-expected-rq-timeout-ms"),
                    Stream.of(more))
                .toList());
    assertThat(arrived.header("x-envoy-attempt-count")).isEqualTo("1");
    assertThat(arrived.header("x-envoy-expected-rq-timeout-ms")).isEqualTo("15000");
  }

  @ParameterizedTest(name = "H72 {0}")
  @EnumSource
  void h72ASidecarTakesNothingOfTheMeshFromAClient(Pair pair) {
    Arrival arrived = spoof(Setting.PLAIN, pair);

    assertOwnOnly(arrived);
    assertThat(arrived.headers("x-forwarded-client-cert")).isEmpty();
  }

  @ParameterizedTest(name = "H72 {0}")
  @EnumSource
  void h72AnEdgeSaysWhoTheClientIs(Pair pair) {
    Arrival arrived = spoof(Setting.EDGE, pair);

    assertOwnOnly(arrived, "x-envoy-external-address");
    assertThat(arrived.header("x-envoy-external-address")).isEqualTo("127.0.0.1");
    // A private address makes nobody trusted: what it says stays a claim before the truth.
    // a client on this machine has the machine's address, where it has one
    assertThat(arrived.header("x-forwarded-for")).matches("10\\.0\\.0\\.1,[0-9]+(\\.[0-9]+){3}");
    assertThat(arrived.header("x-forwarded-proto")).isEqualTo(pair.mtls ? "https" : "http");
    assertThat(arrived.header("x-request-id")).matches("[0-9a-f-]{36}");
    if (pair.mtls) {
      assertThat(arrived.header("x-forwarded-client-cert"))
          .matches("By=spiffe://[^;]+;Hash=[0-9a-f]{64}");
    } else {
      assertThat(arrived.headers("x-forwarded-client-cert")).isEmpty();
    }
  }
}
