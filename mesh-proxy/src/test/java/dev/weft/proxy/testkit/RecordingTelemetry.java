package dev.weft.proxy.testkit;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.ExchangeObserver;
import dev.weft.proxy.telemetry.GrpcCounts;
import dev.weft.proxy.telemetry.HttpStats;
import dev.weft.proxy.telemetry.ListenerStats;
import dev.weft.proxy.telemetry.RequestGroup;
import dev.weft.proxy.telemetry.RequestTally;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.proxy.telemetry.TcpStats;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.proxy.telemetry.Tracing;
import dev.weft.xds.model.Listener.TrafficDirection;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Counts every call to the data path's cells, and keeps what observers were told. */
public final class RecordingTelemetry implements Telemetry {
  private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
  private final Map<String, Object> cells = new ConcurrentHashMap<>();
  private final Map<String, Counter> counters = new ConcurrentHashMap<>();
  private final GrpcCounts grpc = new GrpcCounts();
  private final List<Line> lines = new CopyOnWriteArrayList<>();

  /** What an observer was told of an exchange. */
  public record Line(
      int status,
      String flags,
      String details,
      String route,
      String cluster,
      int endpointPort,
      int attempts,
      int grpcStatus,
      long received,
      long sent,
      String peer,
      Map<String, ?> metadata) {}

  /** How often a method of these cells was called, {@code cluster/NAME/retry} for example. */
  public int calls(String cell) {
    AtomicInteger count = calls.get(cell);
    return count == null ? 0 : count.get();
  }

  /** Every exchange that is over, in the order of their ends. */
  public List<Line> lines() {
    return lines;
  }

  private <T> T cells(Class<T> type, String name) {
    return type.cast(
        cells.computeIfAbsent(
            name,
            key ->
                Proxy.newProxyInstance(
                    type.getClassLoader(),
                    new Class<?>[] {type},
                    (self, method, arguments) -> {
                      calls
                          .computeIfAbsent(key + "/" + method.getName(), k -> new AtomicInteger())
                          .incrementAndGet();
                      return null;
                    })));
  }

  @Override
  public ClusterStats cluster(String cluster) {
    return cells(ClusterStats.class, "cluster/" + cluster);
  }

  @Override
  public HttpStats http(String statPrefix) {
    return cells(HttpStats.class, "http/" + statPrefix);
  }

  @Override
  public TcpStats tcp(String statPrefix) {
    return cells(TcpStats.class, "tcp/" + statPrefix);
  }

  @Override
  public ListenerStats listener(String listener) {
    return cells(ListenerStats.class, "listener/" + listener);
  }

  @Override
  public Counter counter(StatName name) {
    return counters.computeIfAbsent(name.plain(), n -> new Counter());
  }

  /** What a filter has counted under one of Envoy's plain names. */
  public long count(String name) {
    Counter counter = counters.get(name);
    return counter == null ? 0 : counter.sum();
  }

  @Override
  public GrpcCounts grpc() {
    return grpc;
  }

  @Override
  public RequestTally tally(List<RequestGroup> groups) {
    return RequestTally.NONE;
  }

  @Override
  public Tracing tracing(TrafficDirection direction) {
    return request -> Tracing.Span.NONE;
  }

  @Override
  public ExchangeObserver exchanges(TrafficDirection direction) {
    return exchange -> lines.add(line(exchange));
  }

  private static Line line(Exchange exchange) {
    var endpoint = exchange.endpoint();
    var peer = exchange.downstream().peer();
    return new Line(
        exchange.status(),
        ResponseFlag.format(exchange.flags()),
        exchange.details(),
        exchange.routeName(),
        exchange.cluster(),
        endpoint == null ? 0 : endpoint.getPort(),
        exchange.attempts(),
        exchange.grpcStatus(),
        exchange.receivedBytes(),
        exchange.sentBytes(),
        peer == null ? null : String.join(",", peer.uris()),
        Map.copyOf(exchange.dynamicMetadata()));
  }
}
