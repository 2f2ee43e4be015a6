package dev.weft.proxy.sidecar;

import dev.weft.proxy.identity.RenewalSchedule;
import dev.weft.proxy.telemetry.ClusterLoad;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsRequest;
import io.envoyproxy.envoy.service.load_stats.v3.LoadStatsResponse;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.grpc.client.GrpcClient;
import io.vertx.grpc.client.GrpcClientRequest;
import io.vertx.grpc.common.GrpcMessageDecoder;
import io.vertx.grpc.common.GrpcMessageEncoder;
import io.vertx.grpc.common.ServiceMethod;
import io.vertx.grpc.common.ServiceName;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports what went to each cluster to the control plane by LRS, as often as that asks, over
 * whatever node answers. What happens while there is no stream is in the next report. Confined to
 * one Vert.x context.
 *
 * @see <a href="https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol">xDS, LRS</a>
 */
final class LoadReporter {
  private static final Logger log = LoggerFactory.getLogger(LoadReporter.class);
  private static final ServiceMethod<LoadStatsResponse, LoadStatsRequest> STREAM =
      ServiceMethod.client(
          ServiceName.create("envoy.service.load_stats.v3", "LoadReportingService"),
          "StreamLoadStats",
          GrpcMessageEncoder.encoder(),
          GrpcMessageDecoder.decoder(LoadStatsResponse.getDefaultInstance()));
  private static final long SHORTEST_MILLIS = 500;
  private static final long LONGEST_MILLIS = 60_000;

  private final Vertx vertx;
  private final Context context;
  private final List<SocketAddress> servers;
  private final Node node;
  private final Supplier<HttpClientOptions> transport;
  private final Supplier<Map<String, ClusterLoad>> loads;
  private final LoadReports reports;

  private @Nullable GrpcClient client;
  private @Nullable GrpcClientRequest<LoadStatsRequest, LoadStatsResponse> stream;
  private long timer = -1;
  private int failures;
  private int server;
  private boolean closed;

  /**
   * @param transport TLS for the next connection
   * @param loads running totals by cluster
   */
  LoadReporter(
      Vertx vertx,
      List<SocketAddress> servers,
      Node node,
      Supplier<HttpClientOptions> transport,
      Supplier<Map<String, ClusterLoad>> loads) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.servers = List.copyOf(servers);
    this.node = node;
    this.transport = transport;
    this.loads = loads;
    this.reports = new LoadReports(loads.get(), System.nanoTime());
  }

  /** Begins, and goes on until {@link #close}. */
  void start() {
    context.runOnContext(run -> connect());
  }

  /** Ends the stream for good. */
  void close() {
    context.runOnContext(
        run -> {
          closed = true;
          drop();
        });
  }

  private void connect() {
    if (closed) {
      return;
    }
    GrpcClient connecting = GrpcClient.client(vertx, transport.get());
    client = connecting;
    SocketAddress address = servers.get(Math.floorMod(server, servers.size()));
    connecting
        .request(address, STREAM)
        .onSuccess(opened -> onOpen(connecting, opened))
        .onFailure(e -> lost(connecting, e.toString()));
  }

  private void onOpen(
      GrpcClient owner, GrpcClientRequest<LoadStatsRequest, LoadStatsResponse> opened) {
    stream = opened;
    opened.exceptionHandler(e -> lost(owner, e.toString()));
    opened
        .response()
        .onSuccess(
            response -> {
              response.exceptionHandler(e -> lost(owner, e.toString()));
              response.endHandler(end -> lost(owner, "status " + response.status()));
              response.handler(asked -> onAsked(owner, asked));
            })
        .onFailure(e -> lost(owner, e.toString()));
    opened.write(LoadStatsRequest.newBuilder().setNode(node).build());
  }

  private void onAsked(GrpcClient owner, LoadStatsResponse asked) {
    if (!isCurrent(owner)) {
      return;
    }
    failures = 0;
    var interval = asked.getLoadReportingInterval();
    long millis =
        Math.clamp(
            interval.getSeconds() * 1000 + interval.getNanos() / 1_000_000,
            SHORTEST_MILLIS,
            LONGEST_MILLIS);
    if (timer >= 0) {
      vertx.cancelTimer(timer);
    }
    timer = vertx.setPeriodic(millis, tick -> report());
  }

  private void report() {
    GrpcClientRequest<LoadStatsRequest, LoadStatsResponse> open = stream;
    if (open != null && !open.writeQueueFull()) {
      open.write(
          LoadStatsRequest.newBuilder()
              .addAllClusterStats(reports.next(loads.get(), System.nanoTime()))
              .build());
    }
  }

  private boolean isCurrent(GrpcClient owner) {
    return owner.equals(client);
  }

  private void lost(GrpcClient owner, String reason) {
    if (!isCurrent(owner) || closed) {
      return;
    }
    drop();
    failures++;
    server++;
    long delay =
        RenewalSchedule.retryAfter(failures, ThreadLocalRandom.current().nextDouble()).toMillis();
    log.debug("load reports are interrupted: {}; next attempt in {} ms", reason, delay);
    timer = vertx.setTimer(Math.max(1, delay), retry -> connect());
  }

  private void drop() {
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      timer = -1;
    }
    stream = null;
    GrpcClient ending = client;
    client = null;
    if (ending != null) {
      ending.close();
    }
  }
}
