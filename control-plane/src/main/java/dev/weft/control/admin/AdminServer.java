package dev.weft.control.admin;

import dev.weft.control.resource.ResourceReader;
import dev.weft.control.resource.Schemas;
import dev.weft.control.store.ConfigStore;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * REST and the page, as {@code admin/openapi.yaml} says. Bound to loopback it answers everybody on
 * the host; else it asks for the token of the file {@code admin.token} in the data folder.
 */
public final class AdminServer {
  private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
  private static final int MAX_CONNECTIONS = 1024;

  /** Longer than the longest answer takes: waiting for propagation, five minutes. */
  private static final int IDLE_SECONDS = 330;

  private final AdminOptions options;
  private final HttpServer server;
  private final WatchHub hub;
  private final AtomicInteger connections = new AtomicInteger();

  /** Prepares the server; makes {@code admin.token} where there is none, so it may block. */
  public AdminServer(
      Vertx vertx,
      AdminOptions options,
      AdminViews views,
      Schemas schemas,
      ResourceReader reader,
      PrometheusMeterRegistry metrics) {
    this.options = options;
    this.hub = new WatchHub(views.config());
    var contract = new Contract();
    var bodies = new Bodies(vertx, reader);
    Map<String, Operation> operations = new HashMap<>();
    operations.putAll(new ConfigOperations(vertx, views.config(), bodies).all());
    operations.putAll(new HistoryOperations(vertx, views).all());
    operations.putAll(new MeshOperations(vertx, views).all());
    operations.putAll(new IdentityOperations(vertx, views.identity(), bodies).all());
    operations.putAll(new OperatorOperations(vertx, views, metrics, contract, schemas).all());
    Operation.Streaming watch = request -> WatchStream.open(vertx, hub, request);
    operations.put("watchResources", watch);
    gauges(metrics, views.config());
    var guard = new Guard(options, AdminToken.in(options.dataFolder()));
    Router router = new ContractRouter(contract, operations, metrics).router(vertx, guard);
    this.server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHost(options.host())
                    .setPort(options.port())
                    .setIdleTimeout(IDLE_SECONDS)
                    .setIdleTimeoutUnit(TimeUnit.SECONDS)
                    .setHttp2ClearTextEnabled(false)
                    .setCompressionSupported(true))
            .connectionHandler(this::bounded)
            .requestHandler(router);
  }

  private void gauges(PrometheusMeterRegistry metrics, ConfigStore store) {
    Gauge.builder("weft_config_revision", store, s -> s.current().revision())
        .description("The newest revision this node knows")
        .register(metrics);
    Gauge.builder("weft_config_resources", store, s -> s.current().resources().size())
        .description("Resources of the configuration")
        .register(metrics);
    Gauge.builder("weft_admin_watchers", hub, WatchHub::size)
        .description("Open watch streams")
        .register(metrics);
  }

  private void bounded(HttpConnection connection) {
    connection.closeHandler(_ -> connections.decrementAndGet());
    // A client that goes away is no error of ours, as Vert.x would log it.
    connection.exceptionHandler(
        e -> LOG.debug("connection of {} broke: {}", connection.remoteAddress(), e.toString()));
    if (connections.incrementAndGet() > MAX_CONNECTIONS) {
      LOG.warn("more than {} admin connections; the newest is closed", MAX_CONNECTIONS);
      connection.close();
    }
  }

  /** Starts to listen; the result is the port. */
  public Future<Integer> start() {
    return server
        .listen()
        .map(
            listening -> {
              LOG.atInfo()
                  .addKeyValue("host", options.host())
                  .addKeyValue("port", listening.actualPort())
                  .addKeyValue("token", options.isLoopbackOnly() ? "not needed" : "needed")
                  .log("REST listens");
              return listening.actualPort();
            });
  }

  /** Stops listening; open streams end. */
  public Future<Void> close() {
    hub.close();
    return server.close();
  }
}
