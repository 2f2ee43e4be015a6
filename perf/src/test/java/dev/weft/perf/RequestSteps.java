package dev.weft.perf;

import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.balance.BalanceSettings;
import dev.weft.proxy.cluster.balance.Candidate;
import dev.weft.proxy.cluster.balance.ClusterPicker;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.FilterHost;
import dev.weft.proxy.filter.FilterPipeline;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.HttpFilters;
import dev.weft.proxy.filter.MessageSink;
import dev.weft.proxy.filter.RequestCheck;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.DynamicMetadata;
import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.MeshTelemetry;
import dev.weft.proxy.telemetry.PassThroughTracing;
import dev.weft.xds.match.RouteTable;
import dev.weft.xds.model.EndpointSet.HealthStatus;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.LbPolicy;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import io.netty.handler.codec.http2.DefaultHttp2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Headers;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Single steps of a request, by {@code perf/weft-perf jmh}: what each costs and allocates. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RequestSteps {
  private static final InetSocketAddress LOCAL = new InetSocketAddress("127.0.0.1", 15001);

  private record Endpoint(int activeRequests) implements Candidate {
    @Override
    public boolean ejected() {
      return false;
    }
  }

  private final SplittableRandom random = new SplittableRandom(1);
  private final Http2Headers head =
      new DefaultHttp2Headers()
          .method("POST")
          .scheme("http")
          .authority("orders.shop:8080")
          .path("/shop.Orders/Place")
          .add("content-type", "application/grpc")
          .add("te", "trailers")
          .add("user-agent", "grpc-java-netty/1.85.1")
          .add("x-request-id", "4be1e1f0-6f5c-4d5f-9c7f-2b4c8d1e0a11")
          .add("grpc-timeout", "800m");

  private final ConnectionInfo connection =
      new ConnectionInfo(LOCAL, LOCAL, false, null, null, true);

  /** Of which nothing is known but where it came from. */
  private final Exchange exchange =
      (Exchange)
          Proxy.newProxyInstance(
              Exchange.class.getClassLoader(),
              new Class<?>[] {Exchange.class},
              (self, asked, none) -> asked.getName().equals("downstream") ? connection : null);

  private final DefaultHttp2HeadersEncoder encoder = new DefaultHttp2HeadersEncoder();
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(true);
  private final ByteBuf block = Unpooled.directBuffer(1024);
  private final List<HttpFilterFactory> filters =
      Collections.nCopies(3, context -> new HttpFilter() {});
  private final EventLoop loop = new EmbeddedChannel().eventLoop();
  private final MessageSink end = new End();
  private final FilterHost host = new Host();
  private RouteTable<String> routes;
  private RequestCheck access;
  private ClusterPicker<Endpoint> roundRobin;
  private ClusterPicker<Endpoint> leastRequest;

  @Setup
  public void compile() throws Exception {
    Path file = Files.createTempFile("requests", ".yaml");
    try (InputStream yaml = RequestSteps.class.getResourceAsStream("requests.yaml")) {
      Files.copy(Objects.requireNonNull(yaml), file, StandardCopyOption.REPLACE_EXISTING);
    }
    Bootstrap bootstrap = Bootstrap.load(file);
    Files.delete(file);
    HttpConnectionManager manager =
        (HttpConnectionManager)
            bootstrap.resources().listeners().get("web").filterChains().getFirst().filter();
    routes =
        RouteTable.compile(
            ((HttpConnectionManager.Inline) manager.routes()).routeConfig(),
            (host, route) -> host.name() + route.name());
    MeshTelemetry telemetry =
        new MeshTelemetry(exchange -> {}, direction -> new PassThroughTracing());
    access =
        (RequestCheck)
            new HttpFilters()
                .compile(
                    manager.filters().getFirst(),
                    List.of(),
                    new FilterSite(manager, telemetry.http("web"), telemetry));
    roundRobin = picker(new LbPolicy.RoundRobin());
    leastRequest = picker(new LbPolicy.LeastRequest(2));
  }

  /** An exchange of which filters want nothing. */
  private final class Host implements FilterHost {
    @Override
    public Exchange exchange() {
      return exchange;
    }

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public void reply(Verdict.Reply reply) {}

    @Override
    public void reply(Verdict.Stored stored) {}

    @Override
    public void answerWithin(long nanos) {}

    @Override
    public void divert(String cluster) {}

    @Override
    public void end(Verdict.Reply reply) {}

    @Override
    public void endConnection() {}

    @Override
    public boolean grant(int bytes) {
      return false;
    }

    @Override
    public boolean routed() {
      return true;
    }

    @Override
    public String cluster() {
      return "orders";
    }

    @Override
    public ActiveCluster cluster(String name) {
      throw new IllegalStateException("no filter asks for " + name);
    }

    @Override
    public void markHealthCheck() {}

    @Override
    public void flag(ResponseFlag flag) {}

    @Override
    public DynamicMetadata metadata() {
      return new DynamicMetadata();
    }
  }

  /** Where messages leave the filters. */
  private static final class End implements MessageSink {
    @Override
    public void onHeaders(Http2Headers headers, boolean endStream) {}

    @Override
    public void onData(ByteBuf data, boolean endStream) {
      data.release();
    }

    @Override
    public void onTrailers(Http2Headers trailers) {}
  }

  private static ClusterPicker<Endpoint> picker(LbPolicy.OfEndpoints policy) {
    List<ClusterPicker.Member<Endpoint>> members =
        IntStream.range(0, 50)
            .mapToObj(
                i -> new ClusterPicker.Member<>(new Endpoint(i % 7), 1, 0, HealthStatus.HEALTHY))
            .toList();
    return ClusterPicker.build(policy, members, BalanceSettings.of(140, 50));
  }

  @Benchmark
  public Object routeMatch() {
    return routes.match(new RequestHeadView(head, connection), 1);
  }

  @Benchmark
  public Object accessCheck() {
    return access.check(head, exchange);
  }

  /** A call, head, message and trailers both ways, past three filters that look at all of it. */
  @Benchmark
  public Object filterChain() {
    FilterPipeline pipeline = new FilterPipeline(filters, host, end, end);
    pass(pipeline.request());
    pass(pipeline.response());
    pipeline.close();
    return pipeline;
  }

  private void pass(MessageSink filtered) {
    filtered.onHeaders(head, false);
    filtered.onData(block.retainedSlice(), false);
    filtered.onTrailers(head);
  }

  @Benchmark
  public Object pickRoundRobin() {
    return roundRobin.pick(random);
  }

  @Benchmark
  public Object pickLeastRequest() {
    return leastRequest.pick(random);
  }

  @Benchmark
  public Object headerCopy() {
    return new DefaultHttp2Headers(false, head.size()).setAll(head);
  }

  @Benchmark
  public Object hpack() throws Http2Exception {
    block.clear();
    encoder.encodeHeaders(1, head, block);
    return decoder.decodeHeaders(1, block);
  }
}
