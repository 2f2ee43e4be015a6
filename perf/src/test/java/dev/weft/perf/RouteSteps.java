package dev.weft.perf;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.xds.match.RouteTable;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.AttemptCount;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A request's route in tables of ten to ten thousand, by {@code perf/weft-perf jmh RouteSteps}.
 * Every call asks for any of them, so that neither branch prediction nor caches know the way; what
 * is asked for is in the caches, as a head is that was just decoded.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RouteSteps {
  private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 15001);

  /** How many routes a host has, or how many hosts there are. */
  @Param({"10", "1000", "10000"})
  public int size;

  private final SplittableRandom random = new SplittableRandom(1);
  private final Numbered path = new Numbered("/service-", "/call");
  private final Numbered host = new Numbered("www.h", ".test");
  private final RequestHeadView request =
      new RequestHeadView(
          new DefaultHttp2Headers()
              .method("GET")
              .scheme("http")
              .authority(host.text)
              .path(path.text),
          new ConnectionInfo(LOCAL, LOCAL, false, null, null, true));

  private RouteTable<String> exact;
  private RouteTable<String> prefixes;
  private RouteTable<String> expressions;
  private RouteTable<String> names;
  private RouteTable<String> suffixes;

  /** A text with a number in it that changes in place, so that asking allocates nothing. */
  private static final class Numbered {
    private static final int DIGITS = 5;
    private final int start;
    private final byte[] bytes;
    final AsciiString text;

    Numbered(String before, String after) {
      start = before.length();
      bytes = (before + digits(0) + after).getBytes(StandardCharsets.US_ASCII);
      text = new AsciiString(bytes, false);
    }

    static String digits(int number) {
      return String.format("%0" + DIGITS + "d", number);
    }

    void set(int number) {
      int rest = number;
      for (int i = start + DIGITS - 1; i >= start; i--) {
        bytes[i] = (byte) ('0' + rest % 10);
        rest /= 10;
      }
      text.arrayChanged();
    }
  }

  @Setup
  public void compile() {
    exact = ofPaths(i -> new PathMatch.Exact(service(i) + "call", true));
    prefixes = ofPaths(i -> new PathMatch.Prefix(service(i), true));
    expressions = ofPaths(i -> new PathMatch.Regex(service(i) + "[a-z]+"));
    names = ofHosts("www.h");
    suffixes = ofHosts("*.h");
    for (int i = 0; i < size; i++) {
      ask(i);
      String number = Numbered.digits(i);
      for (RouteTable<String> table : List.of(exact, prefixes, expressions, names, suffixes)) {
        String found = table.match(request, 1);
        if (found == null || !found.endsWith(number)) {
          throw new IllegalStateException(path.text + " of " + host.text + " led to " + found);
        }
      }
    }
  }

  private static String service(int i) {
    return "/service-" + Numbered.digits(i) + "/";
  }

  private RouteTable<String> ofPaths(IntFunction<PathMatch> match) {
    return table(
        Stream.of(
            host(
                "*",
                IntStream.range(0, size)
                    .mapToObj(
                        i ->
                            route(
                                Numbered.digits(i),
                                new RouteMatch(match.apply(i), List.of(), List.of(), false, null)))
                    .toList())));
  }

  private RouteTable<String> ofHosts(String start) {
    return table(
        IntStream.range(0, size)
            .mapToObj(Numbered::digits)
            .map(i -> host(start + i + ".test", List.of(route(i, RouteMatch.prefix("/"))))));
  }

  private static Route route(String name, RouteMatch match) {
    return new Route(name, match, RouteAction.Forward.to(name), HeaderMutations.NONE);
  }

  private static VirtualHost host(String domain, List<Route> routes) {
    return new VirtualHost(
        domain, List.of(domain), routes, HeaderMutations.NONE, null, AttemptCount.NOBODY);
  }

  private static RouteTable<String> table(Stream<VirtualHost> hosts) {
    return RouteTable.compile(
        new RouteConfig("r", hosts.toList(), HeaderMutations.NONE),
        (host, route) -> host.name() + route.name());
  }

  private RequestHeadView ask(int number) {
    path.set(number);
    host.set(number);
    return request;
  }

  private RequestHeadView ask() {
    return ask(random.nextInt(size));
  }

  /** What all others take besides the match. */
  @Benchmark
  public Object asking() {
    return ask();
  }

  @Benchmark
  public Object byExactPath() {
    return exact.match(ask(), 1);
  }

  @Benchmark
  public Object byPrefix() {
    return prefixes.match(ask(), 1);
  }

  @Benchmark
  public Object byExpression() {
    return expressions.match(ask(), 1);
  }

  @Benchmark
  public Object byHost() {
    return names.match(ask(), 1);
  }

  @Benchmark
  public Object byHostSuffix() {
    return suffixes.match(ask(), 1);
  }
}
