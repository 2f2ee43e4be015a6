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
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.util.List;
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
 * A request's route in tables of ten and of ten thousand, by {@code perf/weft-perf jmh RouteSteps}.
 * What is asked for is new with each call, so that a large table is not measured by the part of it
 * that caches hold.
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

  private final ConnectionInfo connection =
      new ConnectionInfo(LOCAL, LOCAL, false, null, null, true);
  private RouteTable<String> exact;
  private RouteTable<String> prefixes;
  private RouteTable<String> expressions;
  private RouteTable<String> hosts;
  private Http2Headers[] requests;
  private int next;

  @Setup
  public void compile() {
    exact = ofPaths(i -> new PathMatch.Exact(path(i), true));
    prefixes = ofPaths(i -> new PathMatch.Prefix("/service-" + i + "/", true));
    expressions = ofPaths(i -> new PathMatch.Regex("/service-" + i + "/[a-z]+"));
    hosts = table(IntStream.range(0, size).mapToObj(i -> host("*.h" + i + ".test", all())));
    requests =
        IntStream.range(0, size)
            .mapToObj(
                i ->
                    (Http2Headers)
                        new DefaultHttp2Headers()
                            .method("GET")
                            .scheme("http")
                            .authority("www.h" + i + ".test")
                            .path(path(i)))
            .toArray(Http2Headers[]::new);
  }

  private static String path(int i) {
    return "/service-" + i + "/call";
  }

  private static List<Route> all() {
    return List.of(route("all", RouteMatch.prefix("/")));
  }

  private static Route route(String name, RouteMatch match) {
    return new Route(name, match, RouteAction.Forward.to(name), HeaderMutations.NONE);
  }

  private RouteTable<String> ofPaths(IntFunction<PathMatch> match) {
    List<Route> routes =
        IntStream.range(0, size)
            .mapToObj(
                i ->
                    route(
                        "r" + i, new RouteMatch(match.apply(i), List.of(), List.of(), false, null)))
            .toList();
    return table(Stream.of(host("*", routes)));
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

  private RequestHeadView request() {
    next = (next + 7) % requests.length;
    return new RequestHeadView(requests[next], connection);
  }

  @Benchmark
  public Object byExactPath() {
    return exact.match(request(), 1);
  }

  @Benchmark
  public Object byPrefix() {
    return prefixes.match(request(), 1);
  }

  @Benchmark
  public Object byExpression() {
    return expressions.match(request(), 1);
  }

  @Benchmark
  public Object byHost() {
    return hosts.match(request(), 1);
  }
}
