package dev.weft.xds.match;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.QueryMatch;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.StringMatch;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.AttemptCount;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Routes are chosen as Envoy chooses them. */
class RouteTableTest {
  @ParameterizedTest
  @CsvSource({
    "foo.bar.test, exact",
    "FOO.Bar.Test, exact",
    "x.bar.test, suffix",
    "a.b.bar.test, suffix",
    "x.baz.bar.test, long suffix",
    "foo.other, prefix",
    "foo.bar.other, long prefix",
    ".bar.test, any",
    "foo.bar.test:80, long prefix",
    "unknown, any"
  })
  void theMostSpecificDomainWins(String authority, String host) {
    RouteTable<String> table =
        table(
            host("any", "*"),
            host("prefix", "foo.*"),
            host("long prefix", "foo.bar.*"),
            host("suffix", "*.bar.test"),
            host("long suffix", "*.BAZ.bar.test"),
            host("exact", "foo.BAR.test"));

    assertThat(table.match(TestRequest.get(authority, "/"), 0)).isEqualTo(host);
  }

  @Test
  void withoutAnyDomainThereIsNoRoute() {
    assertThat(table(host("a", "a.test")).match(TestRequest.get("b.test", "/"), 0)).isNull();
    assertThat(table(host("a", "a.test")).match(TestRequest.get("", "/"), 0)).isNull();
  }

  @Test
  void aDomainThatStandsTwiceIsRefused() {
    assertThatThrownBy(() -> table(host("a", "x.test"), host("b", "X.test")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("X.test");
  }

  @ParameterizedTest
  @CsvSource({
    "/exact,      exact",
    "/exact?a=b,  exact",
    "/exact/,     any",
    "/EXACT,      any",
    "/IgNoRe,     ignored case",
    "/api,        separated",
    "/api/v1,     separated",
    "/api?x,      separated",
    "/apis,       any",
    "/re/12,      regex",
    "/re/12?q,    regex",
    "/re/12/x,    any",
    "/pre,        prefix",
    "/prefixed/x, prefix"
  })
  void theFirstPathThatFitsWins(String target, String route) {
    RouteTable<String> table =
        routes(
            route("exact", path(new PathMatch.Exact("/exact", true))),
            route("ignored case", path(new PathMatch.Exact("/ignore", false))),
            route("separated", path(new PathMatch.PathSeparatedPrefix("/api", true))),
            route("regex", path(new PathMatch.Regex("/re/[0-9]+"))),
            route("prefix", RouteMatch.prefix("/pre")),
            route("any", RouteMatch.prefix("/")));

    assertThat(table.match(TestRequest.get("h", target), 0)).isEqualTo(route);
  }

  @Test
  void headerValuesAreLookedAtOneByOne() {
    HeaderMatch one = HeaderMatch.exact("x", "1");
    HeaderMatch both = HeaderMatch.exact("x", "1,2");
    HeaderMatch notTwo =
        new HeaderMatch("x", new StringMatch.Exact("2", false), null, true, true, false);
    TestRequest repeated = TestRequest.get("h", "/").with("x", "1").with("x", "2");

    assertThat(matches(one, repeated)).isTrue();
    assertThat(matches(both, repeated)).isFalse();
    assertThat(matches(notTwo, repeated)).isFalse();
    assertThat(matches(notTwo, TestRequest.get("h", "/").with("x", "1"))).isTrue();
  }

  @Test
  void anInvertedMatchNeedsTheHeaderUnlessMissingIsEmpty() {
    HeaderMatch inverted =
        new HeaderMatch("x", new StringMatch.Exact("1", false), null, true, true, false);
    HeaderMatch empty =
        new HeaderMatch("x", new StringMatch.Exact("1", false), null, true, true, true);
    TestRequest without = TestRequest.get("h", "/");

    assertThat(matches(inverted, without)).isFalse();
    assertThat(matches(empty, without)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "true, false, true, false", //
    "true, true, false, true",
    "false, false, false, true",
    "false, true, true, false"
  })
  void presence(boolean present, boolean invert, boolean with, boolean without) {
    HeaderMatch match = new HeaderMatch("x", null, null, present, invert, false);

    assertThat(matches(match, TestRequest.get("h", "/").with("x", ""))).isEqualTo(with);
    assertThat(matches(match, TestRequest.get("h", "/"))).isEqualTo(without);
  }

  @ParameterizedTest
  @CsvSource({
    "5, true",
    "+5, true",
    "-3, true",
    "-4, false",
    "9, true",
    "10, false",
    "5abc, false",
    "'', false",
    "-, false",
    "+, false",
    "0x5, false",
    "005, true",
    "9223372036854775808, false",
    "-9223372036854775809, false",
    "18446744073709551621, false"
  })
  void rangesExcludeTheirEnd(String value, boolean fits) {
    HeaderMatch match =
        new HeaderMatch("x", null, new HeaderMatch.Range(-3, 10), true, false, false);

    assertThat(matches(match, TestRequest.get("h", "/").with("x", value))).isEqualTo(fits);
  }

  @Test
  void rangesHoldAll64Bits() {
    HeaderMatch.Range all = new HeaderMatch.Range(Long.MIN_VALUE, Long.MAX_VALUE);

    assertThat(HeaderMatcher.inRange("-9223372036854775808", all)).isTrue();
    assertThat(HeaderMatcher.inRange("9223372036854775806", all)).isTrue();
    assertThat(HeaderMatcher.inRange("9223372036854775807", all)).isFalse();
  }

  @Test
  void methodAndHostAreHeaders() {
    assertThat(matches(HeaderMatch.exact(":method", "GET"), TestRequest.get("h", "/"))).isTrue();
    assertThat(matches(HeaderMatch.exact(":method", "PUT"), TestRequest.get("h", "/"))).isFalse();
    assertThat(matches(HeaderMatch.exact("host", "h"), TestRequest.get("h", "/"))).isTrue();
    assertThat(matches(HeaderMatch.exact(":path", "/a?b"), TestRequest.get("h", "/a?b"))).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "/?a=one,         true",
    "/?b=2&a=one,     true",
    "/?a=two&a=one,   false",
    "/?A=one,         false",
    "/?a=%6fne,       false",
    "/?a=one=1,       false",
    "/?aa=one,        false",
    "/?a,             false",
    "/a=one,          false",
    "/?,              false"
  })
  void theFirstQueryParameterOfTheNameCounts(String target, boolean fits) {
    RouteMatch match =
        new RouteMatch(
            new PathMatch.Prefix("/", true),
            List.of(),
            List.of(new QueryMatch("a", new StringMatch.Exact("one", false))),
            false,
            null);

    assertThat(routes(route("r", match)).match(TestRequest.get("h", target), 0) != null)
        .isEqualTo(fits);
  }

  @Test
  void aQueryParameterMayOnlyBeThere() {
    RouteMatch match =
        new RouteMatch(
            new PathMatch.Prefix("/", true),
            List.of(),
            List.of(new QueryMatch("a", null)),
            false,
            null);
    RouteTable<String> table = routes(route("r", match));

    assertThat(table.match(TestRequest.get("h", "/?b&a"), 0)).isEqualTo("r");
    assertThat(table.match(TestRequest.get("h", "/?b"), 0)).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "application/grpc, true",
    "application/grpc+proto, true",
    "application/grpc-web, false",
    "application/json, false",
    "'', false"
  })
  void grpcIsItsContentType(String contentType, boolean fits) {
    RouteMatch match =
        new RouteMatch(new PathMatch.Prefix("/", true), List.of(), List.of(), true, null);

    assertThat(
            routes(route("r", match))
                    .match(TestRequest.get("h", "/").with("content-type", contentType), 0)
                != null)
        .isEqualTo(fits);
  }

  @Test
  void aFractionIsDecidedByTheBitsOfTheRequest() {
    RouteMatch quarter =
        new RouteMatch(
            new PathMatch.Prefix("/", true), List.of(), List.of(), false, new Fraction(25, 100));
    RouteTable<String> table =
        routes(route("quarter", quarter), route("rest", RouteMatch.prefix("/")));
    TestRequest request = TestRequest.get("h", "/");

    assertThat(
            LongStream.range(0, 100).filter(bits -> "quarter".equals(table.match(request, bits))))
        .hasSize(25);
    assertThat(table.match(request, -1)).isNotNull();
  }

  @Test
  void stringsMatchAsTheModelSays() {
    assertThat(StringMatcher.compile(new StringMatch.Exact("Ab", true)).test("aB")).isTrue();
    assertThat(StringMatcher.compile(new StringMatch.Exact("Ab", false)).test("aB")).isFalse();
    assertThat(StringMatcher.compile(new StringMatch.Prefix("ab", true)).test("ABC")).isTrue();
    assertThat(StringMatcher.compile(new StringMatch.Suffix("bc", false)).test("abc")).isTrue();
    assertThat(StringMatcher.compile(new StringMatch.Suffix("abcd", false)).test("bcd")).isFalse();
    assertThat(StringMatcher.compile(new StringMatch.Contains("B", true)).test("abc")).isTrue();
    assertThat(StringMatcher.compile(new StringMatch.Contains("d", false)).test("abc")).isFalse();
    assertThat(StringMatcher.compile(new StringMatch.Regex("a+")).test("aaa")).isTrue();
    assertThat(StringMatcher.compile(new StringMatch.Regex("a+")).test("aab")).isFalse();
  }

  @Test
  void expressionsThatWouldGrowWithoutBoundAreRefused() {
    List<String> hostile =
        List.of(
            "((a{100}){100}){100}",
            "(".repeat(50_000) + "a" + ")".repeat(50_000),
            "((\\Qab\\E{500}){500}){2,500}");

    assertThat(hostile)
        .allSatisfy(
            regex ->
                assertThatThrownBy(() -> Regexes.compile(regex))
                    .isInstanceOf(IllegalArgumentException.class));
  }

  @Test
  void expressionsThatOnlyLookLargeAreTaken() {
    List<String> fine =
        List.of("[({]{3}", "a{1000}", "\\({2}", "x{", "[[:alpha:]{9}]", "[]{9}]", "\\Q((((\\E", "");

    assertThat(fine).allSatisfy(regex -> assertThat(Regexes.compile(regex)).isNotNull());
  }

  @Test
  void aHostIsFoundAsByTryingEveryDomain() {
    for (long seed = 0; seed < 2000; seed++) {
      Random random = new Random(seed);
      List<String> domains = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        String name = name(random);
        String domain =
            random.nextInt(3) == 0 ? name : random.nextBoolean() ? "*" + name : name + "*";
        if (!domains.contains(domain)) {
          domains.add(domain);
        }
      }
      RouteTable<String> table =
          table(domains.stream().map(d -> host(d, d)).toArray(VirtualHost[]::new));
      String host = name(random) + name(random);

      assertThat(table.match(TestRequest.get(host, "/"), 0))
          .as("seed %d: %s among %s", seed, host, domains)
          .isEqualTo(slowly(host.toLowerCase(Locale.ROOT), domains));
    }
  }

  private static String name(Random random) {
    StringBuilder name = new StringBuilder();
    for (int i = 0, n = 1 + random.nextInt(3); i < n; i++) {
      name.append("ab.".charAt(random.nextInt(3)));
    }
    return name.toString();
  }

  private static @Nullable String slowly(String host, List<String> domains) {
    String best = null;
    int bestRank = -1;
    for (String domain : domains) {
      String rest = domain.replace("*", "");
      boolean suffix = domain.startsWith("*");
      boolean prefix = !suffix && domain.endsWith("*");
      boolean fits =
          suffix
              ? host.endsWith(rest) && host.length() > rest.length()
              : prefix
                  ? host.startsWith(rest) && host.length() > rest.length()
                  : host.equals(domain);
      int rank = (suffix ? 1000 : prefix ? 0 : 2000) + rest.length();
      if (fits && rank > bestRank) {
        best = domain;
        bestRank = rank;
      }
    }
    return best;
  }

  private static boolean matches(HeaderMatch header, TestRequest request) {
    RouteMatch match =
        new RouteMatch(new PathMatch.Prefix("/", true), List.of(header), List.of(), false, null);
    return routes(route("r", match)).match(request, 0) != null;
  }

  private static RouteMatch path(PathMatch path) {
    return new RouteMatch(path, List.of(), List.of(), false, null);
  }

  private static Route route(String name, RouteMatch match) {
    return new Route(name, match, RouteAction.Forward.to(name), HeaderMutations.NONE);
  }

  private static VirtualHost host(String name, String domain) {
    return new VirtualHost(
        name,
        List.of(domain),
        List.of(route(name, RouteMatch.prefix("/"))),
        HeaderMutations.NONE,
        null,
        AttemptCount.NOBODY);
  }

  private static RouteTable<String> routes(Route... routes) {
    return table(
        new VirtualHost(
            "v",
            List.of("*"),
            Arrays.asList(routes),
            HeaderMutations.NONE,
            null,
            AttemptCount.NOBODY));
  }

  private static RouteTable<String> table(VirtualHost... hosts) {
    return RouteTable.compile(
        new RouteConfig("r", Arrays.asList(hosts), HeaderMutations.NONE),
        (host, route) -> route.name());
  }
}
