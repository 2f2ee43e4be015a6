package dev.weft.xds.match;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.AttemptCount;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The compiled table finds what one finds who tries the hosts and routes one by one. */
class RouteIndexTest {
  private static final int TABLES = 10_000;
  private static final int REQUESTS = 8;

  @Test
  void theFirstRouteThatMatchesWins() {
    for (long seed = 0; seed < TABLES; seed++) {
      Random random = new Random(seed);
      List<RouteMatch> matches = new ArrayList<>();
      for (int i = 0, n = random.nextInt(20); i < n; i++) {
        matches.add(match(random));
      }
      RouteTable<String> table = table(List.of("*"), matches);
      for (int i = 0; i < REQUESTS; i++) {
        String path = path(random, 8);
        boolean connect = random.nextInt(8) == 0;
        TestRequest request = TestRequest.get("a.test", path).with("x-a", word(random));
        if (connect) {
          request =
              new TestRequest("CONNECT", "a.test", path, null, List.copyOf(request.headers()));
        }
        long bits = random.nextLong();

        assertThat(table.match(request, bits))
            .as("seed %d: %s %s in %s", seed, request.method(), path, matches)
            .isEqualTo(linear(matches, request, bits));
      }
    }
  }

  private static RouteMatch match(Random random) {
    boolean caseSensitive = random.nextInt(4) > 0;
    PathMatch path =
        switch (random.nextInt(12)) {
          case 0, 1, 2 -> new PathMatch.Exact(path(random, 6), caseSensitive);
          case 3, 4, 5 -> new PathMatch.Prefix(path(random, 4), caseSensitive);
          case 6, 7 -> new PathMatch.PathSeparatedPrefix(path(random, 3), caseSensitive);
          case 8 ->
              new PathMatch.Template(path(random, 2) + "{x}" + (random.nextBoolean() ? "/**" : ""));
          case 9 -> new PathMatch.Connect();
          default -> new PathMatch.Regex(regex(random));
        };
    return new RouteMatch(
        path,
        random.nextInt(3) > 0 ? List.of() : List.of(HeaderMatch.exact("x-a", word(random))),
        List.of(),
        false,
        random.nextInt(6) > 0 ? null : new Fraction(random.nextInt(101), 100));
  }

  /** Few characters, so that much is a beginning of much else. */
  private static String path(Random random, int most) {
    StringBuilder path = new StringBuilder("/");
    for (int i = 0, n = random.nextInt(most); i < n; i++) {
      path.append("aAb/".charAt(random.nextInt(4)));
    }
    return path.toString().replace("//", "/");
  }

  private static String word(Random random) {
    return random.nextBoolean() ? "a" : "b";
  }

  private static String regex(Random random) {
    StringBuilder regex = new StringBuilder(random.nextInt(4) == 0 ? "^" : "");
    for (int i = 0, n = random.nextInt(6); i < n; i++) {
      regex.append(
          switch (random.nextInt(10)) {
            case 0 -> "a*";
            case 1 -> "b?";
            case 2 -> "[ab]";
            case 3 -> "(/|a)";
            case 4 -> ".+";
            case 5 -> "\\/";
            case 6 -> "a{2}";
            case 7 -> random.nextInt(3) == 0 ? "|/" : "A";
            default -> "/";
          });
    }
    return regex + (random.nextBoolean() ? ".*" : "");
  }

  private static String linear(List<RouteMatch> matches, TestRequest request, long bits) {
    for (int i = 0; i < matches.size(); i++) {
      RouteMatch match = matches.get(i);
      Fraction fraction = match.runtimeFraction();
      if (matches(match.path(), request)
          && match.headers().stream()
              .allMatch(
                  header ->
                      request.anyHeader(
                          header.name(),
                          value ->
                              value.equals(
                                  ((dev.weft.xds.model.StringMatch.Exact) header.value()).value())))
          && (fraction == null
              || Long.remainderUnsigned(bits, fraction.denominator()) < fraction.numerator())) {
        return String.valueOf(i);
      }
    }
    return null;
  }

  private static boolean matches(PathMatch match, TestRequest request) {
    String path = request.path();
    if (request.method().equals("CONNECT")) {
      return match instanceof PathMatch.Connect;
    }
    return switch (match) {
      case PathMatch.Exact(String exact, boolean caseSensitive) ->
          caseSensitive ? path.equals(exact) : path.equalsIgnoreCase(exact);
      case PathMatch.Prefix(String prefix, boolean caseSensitive) ->
          caseSensitive ? path.startsWith(prefix) : lower(path).startsWith(lower(prefix));
      case PathMatch.PathSeparatedPrefix(String prefix, boolean caseSensitive) -> {
        String asked = caseSensitive ? path : lower(path);
        String wanted = caseSensitive ? prefix : lower(prefix);
        yield asked.equals(wanted) || asked.startsWith(wanted + "/");
      }
      case PathMatch.Regex(String regex) -> Pattern.matches(regex, path);
      case PathMatch.Template(String template) ->
          Pattern.matches(template.replace("/**", "/.*").replace("{x}", "[^/]+"), path);
      case PathMatch.Connect() -> false;
    };
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  @Test
  void theMostSpecificDomainWins() {
    for (long seed = 0; seed < TABLES; seed++) {
      Random random = new Random(seed);
      List<String> domains = new ArrayList<>();
      for (int i = 0, n = random.nextInt(12); i < n; i++) {
        String domain = domain(random);
        if (domains.stream().noneMatch(domain::equalsIgnoreCase)) {
          domains.add(domain);
        }
      }
      RouteTable<String> table =
          RouteTable.compile(
              new RouteConfig(
                  "r",
                  domains.stream()
                      .map(domain -> host(domain, List.of(RouteMatch.prefix("/"))))
                      .toList(),
                  HeaderMutations.NONE),
              (host, route) -> host.name());
      for (int i = 0; i < REQUESTS; i++) {
        String asked = word(random, 6);

        assertThat(table.match(TestRequest.get(asked, "/"), 0))
            .as("seed %d: %s in %s", seed, asked, domains)
            .isEqualTo(linear(domains, asked));
      }
    }
  }

  private static String domain(Random random) {
    String word = word(random, 4);
    return switch (random.nextInt(6)) {
      case 0, 1 -> "*" + word;
      case 2, 3 -> word + "*";
      case 4 -> word;
      default -> random.nextInt(3) == 0 ? "*" : word;
    };
  }

  private static String word(Random random, int most) {
    StringBuilder word = new StringBuilder();
    for (int i = 0, n = 1 + random.nextInt(most); i < n; i++) {
      word.append("aB.".charAt(random.nextInt(3)));
    }
    return word.toString();
  }

  private static String linear(List<String> domains, String asked) {
    String host = lower(asked);
    String best = null;
    int rank = -1;
    for (String domain : domains) {
      String wanted = lower(domain);
      String text = wanted.replace("*", "");
      int fits =
          wanted.equals("*")
              ? 0
              : wanted.equals(host)
                  ? 3000
                  : wanted.startsWith("*") && host.endsWith(text) && host.length() > text.length()
                      ? 2000 + text.length()
                      : wanted.endsWith("*")
                              && host.startsWith(text)
                              && host.length() > text.length()
                          ? 1000 + text.length()
                          : -1;
      if (fits > rank) {
        rank = fits;
        best = domain;
      }
    }
    return best;
  }

  @Test
  void aMatchAllocatesNothing() {
    List<RouteMatch> matches =
        IntStream.range(0, 10_000)
            .mapToObj(
                i ->
                    new RouteMatch(
                        switch (i % 4) {
                          case 0, 2 -> new PathMatch.Exact("/service-" + i + "/call", i % 4 == 0);
                          case 1 -> new PathMatch.Regex("/service-" + i + "/[a-z]+/\\d*");
                          default -> new PathMatch.Prefix("/service-" + i + "/", i % 3 == 0);
                        },
                        List.of(),
                        List.of(),
                        false,
                        null))
            .toList();
    RouteTable<String> table = table(List.of("*.test", "a.*"), matches);
    TestRequest exact = TestRequest.get("x.test", "/service-9996/call");
    TestRequest prefix = TestRequest.get("x.test", "/service-9999/anything");
    TestRequest expression = TestRequest.get("x.test", "/service-9997/anything/17");
    TestRequest none = TestRequest.get("x.test", "/service-9999");
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    // The first rounds are those of classes and compilers.
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        blackhole(table.match(exact, i));
        blackhole(table.match(prefix, i));
        blackhole(table.match(expression, i));
        blackhole(table.match(none, i));
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(table.match(exact, 0)).isEqualTo("9996");
    assertThat(table.match(prefix, 0)).isEqualTo("9999");
    assertThat(table.match(expression, 0)).isEqualTo("9997");
    assertThat(table.match(none, 0)).isNull();
    assertThat(least).isLessThan(1000); // of 4,000 matches
  }

  private static volatile Object seen;

  private static void blackhole(Object value) {
    seen = value;
  }

  @Test
  void textsMayNestAsDeepAsTheyAreLong() {
    List<RouteMatch> matches =
        IntStream.range(0, 5_000)
            .mapToObj(i -> RouteMatch.prefix("/" + "a".repeat(5_000 - i)))
            .toList();
    RouteTable<String> table = table(List.of("*"), matches);

    assertThat(table.match(TestRequest.get("x", "/" + "a".repeat(1234)), 0)).isEqualTo("3766");
  }

  private static RouteTable<String> table(List<String> domains, List<RouteMatch> matches) {
    VirtualHost host = host("v", matches);
    return RouteTable.compile(
        new RouteConfig(
            "r",
            List.of(
                new VirtualHost(
                    "v", domains, host.routes(), HeaderMutations.NONE, null, AttemptCount.NOBODY)),
            HeaderMutations.NONE),
        (vhost, route) -> route.name());
  }

  private static VirtualHost host(String domain, List<RouteMatch> matches) {
    List<Route> routes =
        IntStream.range(0, matches.size())
            .mapToObj(
                i ->
                    new Route(
                        String.valueOf(i),
                        matches.get(i),
                        RouteAction.Forward.to("c"),
                        HeaderMutations.NONE))
            .toList();
    return new VirtualHost(
        domain, List.of(domain), routes, HeaderMutations.NONE, null, AttemptCount.NOBODY);
  }
}
