package dev.weft.proxy.testkit;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.google.protobuf.util.JsonFormat;
import dev.weft.proxy.bootstrap.KnownTypes;
import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.codec.Decoded;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.FilterChain;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.CodecType;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.Listener;
import dev.weft.xds.model.NetworkFilter;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.PathMatch;
import dev.weft.xds.model.Priority;
import dev.weft.xds.model.RetryPolicy;
import dev.weft.xds.model.Route;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.UpstreamTls;
import dev.weft.xds.model.VirtualHost;
import dev.weft.xds.model.VirtualHost.AttemptCount;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Configurations as tests need them: what is not named has the model's defaults. */
public final class Configs {
  private static final Codecs CODECS = new Codecs();

  private Configs() {}

  /** A listener {@code in}, the table {@code routes} by RDS, and clusters. */
  public static ProxyConfig config(RouteConfig routes, ClusterConfig... clusters) {
    return config(List.of(http("in", "routes")), routes, clusters);
  }

  public static ProxyConfig config(
      List<Listener> listeners, RouteConfig routes, ClusterConfig... clusters) {
    return new ProxyConfig(listeners, Map.of("routes", routes), List.of(clusters));
  }

  /** An HTTP listener on a free port of the loopback interface. */
  public static Listener http(String name, String routes) {
    return listener(name, List.of(), chain("", ChainMatch.ANY, null, manager(name, routes)));
  }

  public static HttpConnectionManager manager(String statPrefix, String routes) {
    return HttpConnectionManager.of(
        statPrefix, CodecType.AUTO, new HttpConnectionManager.Rds(routes));
  }

  public static Listener listener(String name, List<FilterChain> chains, FilterChain otherwise) {
    return new Listener(
        name,
        new SocketAddress("127.0.0.1", 0),
        chains,
        otherwise,
        false,
        Duration.ofSeconds(15),
        Listener.TrafficDirection.UNSPECIFIED,
        null);
  }

  public static FilterChain chain(
      String name, ChainMatch match, DownstreamTls tls, NetworkFilter filter) {
    return new FilterChain(name, match, tls, Duration.ofSeconds(5), filter);
  }

  /**
   * A table as a user writes it: the fields of a {@code RouteConfiguration}, in YAML between
   * braces.
   */
  public static RouteConfig table(String fields) {
    RouteConfiguration.Builder table = RouteConfiguration.newBuilder();
    StringWriter json = new StringWriter();
    try (JsonParser yaml = new YAMLFactory().createParser("{name: routes, " + fields + "}");
        JsonGenerator into = new JsonFactory().createGenerator(json)) {
      yaml.nextToken();
      into.copyCurrentStructure(yaml);
      into.flush();
      JsonFormat.parser().usingTypeRegistry(KnownTypes.all()).merge(json.toString(), table);
    } catch (IOException e) {
      throw new IllegalArgumentException(fields, e);
    }
    return switch (CODECS.decode(table.build())) {
      case Decoded.Valid<?> valid -> (RouteConfig) valid.value();
      case Decoded.Invalid<?> invalid -> throw new IllegalArgumentException(invalid.detail());
    };
  }

  /** A table with one virtual host for all names, which tells endpoints the number of the try. */
  public static RouteConfig routes(Route... routes) {
    return new RouteConfig(
        "routes",
        List.of(
            new VirtualHost(
                "all",
                List.of("*"),
                List.of(routes),
                HeaderMutations.NONE,
                null,
                AttemptCount.ENDPOINT)),
        HeaderMutations.NONE);
  }

  public static Route route(RouteMatch match, RouteAction action) {
    return new Route("", match, action, HeaderMutations.NONE);
  }

  /** Everything to one cluster. */
  public static RouteConfig all(String cluster) {
    return routes(route(RouteMatch.prefix("/"), RouteAction.Forward.to(cluster)));
  }

  /** Everything to one cluster, with retries. */
  public static RouteConfig all(String cluster, RetryPolicy retry) {
    return routes(route(RouteMatch.prefix("/"), forward(cluster, Duration.ofSeconds(15), retry)));
  }

  public static RouteMatch exact(String path) {
    return new RouteMatch(new PathMatch.Exact(path, true), List.of(), List.of(), false, null);
  }

  public static RouteAction.Forward forward(String cluster, Duration timeout, RetryPolicy retry) {
    return new RouteAction.Forward(
        new ClusterTarget.Single(cluster),
        timeout,
        null,
        null,
        null,
        retry,
        null,
        Priority.DEFAULT);
  }

  /** Retries without much of a pause. */
  public static RetryPolicy retry(int retries, RetryPolicy.RetryOn... on) {
    return new RetryPolicy(
        Set.of(on),
        List.of(),
        List.of(),
        retries,
        Duration.ZERO,
        Duration.ofMillis(1),
        Duration.ofMillis(10),
        true);
  }

  /** A cluster of endpoints on the loopback interface. */
  public static ClusterConfig cluster(String name, UpstreamProtocol protocol, int... ports) {
    return new ClusterConfig(
        cluster(name, protocol, null, Cluster.Thresholds.DEFAULTS, null), endpoints(name, ports));
  }

  public static Cluster cluster(
      String name,
      UpstreamProtocol protocol,
      UpstreamTls tls,
      Cluster.Thresholds thresholds,
      OutlierDetection outliers) {
    return new Cluster(
        name,
        new Cluster.Eds(name),
        new LbPolicy.RoundRobin(),
        Duration.ofSeconds(2),
        protocol,
        tls,
        Map.of(Priority.DEFAULT, thresholds),
        outliers,
        0,
        Duration.ofHours(1),
        50);
  }

  public static EndpointSet endpoints(String cluster, int... ports) {
    return new EndpointSet(
        cluster,
        List.of(
            new EndpointSet.LocalityEndpoints(
                new EndpointSet.Locality("", "", ""),
                0,
                1,
                Arrays.stream(ports)
                    .mapToObj(
                        port ->
                            new EndpointSet.Endpoint(
                                new SocketAddress("127.0.0.1", port),
                                "",
                                EndpointSet.HealthStatus.UNKNOWN,
                                1,
                                Map.of()))
                    .collect(Collectors.toList()))),
        140);
  }
}
