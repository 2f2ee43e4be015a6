package dev.weft.control.xds;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.ServerSSLOptions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The xDS port, served by several event loops: each takes its share of the connections, in turn,
 * and keeps them with all their streams to their end.
 */
final class XdsListener {
  private static final Logger LOG = LoggerFactory.getLogger(XdsListener.class);

  /** More would be taken from REST and from the rest of the host. */
  private static final int MOST_LOOPS = 4;

  /** Vert.x shares one free port among the servers that ask for the same negative one. */
  private static final AtomicInteger FREE_PORTS = new AtomicInteger();

  private final Vertx vertx;
  private final HttpServerOptions options;
  private final Handler<HttpServerRequest> requests;
  private final Duration keepAlive;
  private final List<HttpServer> servers = new CopyOnWriteArrayList<>();
  private volatile @Nullable String deployment;

  /**
   * @param options host, port (0 for a free one) and TLS
   * @param requests called on the loop of the connection, so by several threads
   * @param keepAlive interval of the pings on a connection
   */
  XdsListener(
      Vertx vertx,
      HttpServerOptions options,
      Handler<HttpServerRequest> requests,
      Duration keepAlive) {
    this.vertx = vertx;
    this.options = new HttpServerOptions(options);
    this.requests = requests;
    this.keepAlive = keepAlive;
  }

  /** How many event loops share the port. */
  static int loops() {
    return Math.min(MOST_LOOPS, Runtime.getRuntime().availableProcessors());
  }

  /** Listens; completes with the port. */
  Future<Integer> listen() {
    if (options.getPort() == 0) {
      options.setPort(-FREE_PORTS.incrementAndGet());
    }
    return vertx
        .deployVerticle(Share::new, new DeploymentOptions().setInstances(loops()))
        .map(
            id -> {
              deployment = id;
              return servers.getFirst().actualPort();
            });
  }

  /** Gives new connections this certificate and these roots; open ones keep theirs. */
  Future<Boolean> updateTls(ServerSSLOptions tls) {
    // what one of them is given counts for all that share its port
    return servers.getFirst().updateSSLOptions(tls);
  }

  /** Takes nothing new; what has not ended by then is ended. */
  Future<Void> shutDown(Duration lastWords) {
    Future<?> ended =
        Future.join(
            servers.stream()
                .map(server -> server.shutdown(lastWords.toMillis(), TimeUnit.MILLISECONDS))
                .toList());
    String id = deployment;
    return (id == null ? ended : ended.eventually(() -> vertx.undeploy(id))).mapEmpty();
  }

  private void watch(HttpConnection connection) {
    KeepAlive.on(vertx, connection, keepAlive);
    // A sidecar that goes away is no error of ours, as Vert.x would log it; its streams are told.
    connection.exceptionHandler(
        e -> LOG.debug("connection of {} broke: {}", connection.remoteAddress(), e.toString()));
  }

  private final class Share implements Deployable {
    @Override
    public Future<?> deploy(Context loop) {
      HttpServer server =
          vertx
              .createHttpServer(options)
              .requestHandler(requests)
              .connectionHandler(XdsListener.this::watch);
      return server.listen().onSuccess(servers::add);
    }
  }
}
