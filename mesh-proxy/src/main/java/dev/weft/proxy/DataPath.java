package dev.weft.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.weft.proxy.accesslog.AccessLogs;
import dev.weft.proxy.check.HealthChecks;
import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ClusterCompiler;
import dev.weft.proxy.cluster.ClusterHealth;
import dev.weft.proxy.cluster.EjectionLog;
import dev.weft.proxy.cluster.LocalPlace;
import dev.weft.proxy.cluster.Surroundings;
import dev.weft.proxy.config.ListenerCompiler;
import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.config.RuntimeCompiler;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.filter.FilterCompiler;
import dev.weft.proxy.listener.ListenerReconciler;
import dev.weft.proxy.listener.ListenerReconciler.Failure;
import dev.weft.proxy.loop.BodyBudget;
import dev.weft.proxy.loop.Watchdog;
import dev.weft.proxy.loop.Workers;
import dev.weft.proxy.otlp.SpanExporters;
import dev.weft.proxy.overload.Overload;
import dev.weft.proxy.overload.OverloadAction;
import dev.weft.proxy.overload.OverloadMonitor;
import dev.weft.proxy.stream.WindowBudget;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.proxy.tracing.SpanOrigin;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.xds.codec.HealthEvents;
import dev.weft.xds.codec.OutlierEvents;
import io.netty.channel.EventLoopGroup;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that carries traffic, composed: accepts on the event loops of a Vert.x instance and follows
 * the configurations it is given. Safe for use from any thread.
 */
public final class DataPath implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DataPath.class);

  /** Less than whoever applies a configuration waits for it. */
  private static final Duration FIRST_CHECKS = Duration.ofSeconds(20);

  // One thread for everything that must not happen on an event loop: compiling, publishing,
  // pickers.
  private final ScheduledExecutorService background =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "weft-config");
            thread.setDaemon(true);
            return thread;
          });

  private final RuntimeHolder holder = new RuntimeHolder();
  private final AccessLogs accessLogs = new AccessLogs();
  private final EjectionLog ejections = new EjectionLog();
  private final RuntimeCompiler compiler;
  private final ClusterHealth health;
  private final HealthChecks checks;
  private final Workers workers;
  private final SpanExporters spans;
  private final Watchdog watchdog;
  private final Overload overload;
  private final OverloadMonitor monitor;
  private final ListenerReconciler listeners;

  /**
   * @param vertx its event loops carry the traffic; it is not this object's to close
   * @param overload what is shed when memory or connections run short
   * @param drainTime how long the connections of a listener that is gone may finish what they carry
   */
  public DataPath(
      Vertx vertx,
      TlsContexts tls,
      Telemetry telemetry,
      FilterCompiler filters,
      Overload overload,
      Duration drainTime) {
    this(vertx, tls, telemetry, filters, overload, drainTime, LocalPlace.NONE, "");
  }

  /**
   * The same where the proxy knows its place.
   *
   * @param place for balancing by zones
   * @param node its id, for spans; empty where it has none
   */
  public DataPath(
      Vertx vertx,
      TlsContexts tls,
      Telemetry telemetry,
      FilterCompiler filters,
      Overload overload,
      Duration drainTime,
      LocalPlace place,
      String node) {
    VertxInternal internal = (VertxInternal) vertx;
    EventLoopGroup loops = internal.nettyEventLoopGroup();
    workers = new Workers(loops, internal.transport().channelFactory(false), overload);
    spans = new SpanExporters(Version.text(), workers, holder);
    compiler =
        new RuntimeCompiler(
            new ClusterCompiler(
                tls, telemetry, new Surroundings(background, ejections, workers::renew)),
            new ListenerCompiler(
                tls,
                telemetry,
                filters,
                accessLogs,
                spans,
                new SpanOrigin(node, place.locality().zone())),
            place);
    health = new ClusterHealth(background, workers::retire);
    checks = new HealthChecks(workers, background, path -> eventLog(path, HealthEvents::json));
    watchdog = new Watchdog(loops);
    this.overload = overload;
    listeners =
        new ListenerReconciler(
            loops, internal.transport().serverChannelFactory(false), workers, holder, drainTime);
    monitor = new OverloadMonitor(overload, this::acceptOrNot);
  }

  /**
   * Puts a configuration in force. Calls are taken one after the other.
   *
   * @return done when requests see it and its listeners are bound; the listeners that could not be.
   *     Fails with IllegalArgumentException, and nothing has changed, if it cannot be compiled
   */
  public CompletionStage<List<Failure>> apply(ProxyConfig config) {
    CompletableFuture<List<Failure>> applied = new CompletableFuture<>();
    background.execute(
        () -> {
          try {
            // Waiting here keeps two configurations from being applied at the same time.
            applied.complete(publish(config).toCompletableFuture().join());
          } catch (RuntimeException | Error e) {
            applied.completeExceptionally(e);
          }
        });
    return applied;
  }

  /** A line of JSON for each event. */
  private <E> Consumer<E> eventLog(String path, Function<E, String> json) {
    Consumer<byte[]> lines = accessLogs.lines(path);
    return event -> lines.accept((json.apply(event) + "\n").getBytes(UTF_8));
  }

  /**
   * From now on what outlier detection does is written to a file, a line of JSON for each event.
   *
   * @throws IllegalArgumentException naming the file if it cannot be opened
   */
  public void logEjections(String path) {
    ejections.writeTo(eventLog(path, OutlierEvents::json));
  }

  private CompletionStage<List<Failure>> publish(ProxyConfig config) {
    Runtime previous = holder.current();
    checks.openLogs(config.clusters().stream().map(ClusterConfig::cluster).toList());
    Runtime next = compiler.compile(config, previous);
    holder.publish(next);
    health.activate(next.clusters().values());
    checks.activate(next.clusters().values());
    Set<UpstreamTarget> gone = targets(previous);
    gone.removeAll(targets(next));
    // After the Runtime: what is picked from now on is not retired any more.
    workers.retire(gone);
    if (previous.listeners().isEmpty() && !next.listeners().isEmpty()) {
      awaitFirstChecks(next);
    }
    return listeners.apply(next);
  }

  /** The first requests are to meet endpoints whose health is known; but not to wait for ever. */
  private void awaitFirstChecks(Runtime next) {
    try {
      checks.firstRound().get(FIRST_CHECKS.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      log.warn(
          "some endpoints' first health checks took more than {} s; listening without them",
          FIRST_CHECKS.toSeconds());
    } catch (ExecutionException e) {
      log.warn("first health checks: {}", e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // What checks have changed is noted, but waits for this thread.
    next.clusters().values().forEach(ActiveCluster::refresh);
  }

  private static Set<UpstreamTarget> targets(Runtime runtime) {
    Set<UpstreamTarget> targets = new HashSet<>();
    for (ActiveCluster cluster : runtime.clusters().values()) {
      targets.addAll(cluster.targets());
    }
    return targets;
  }

  /** The Runtime in force, for looking at. */
  public Runtime runtime() {
    return holder.current();
  }

  /** Where each listener is bound, by name. */
  public Map<String, InetSocketAddress> addresses() {
    return listeners.addresses();
  }

  private void acceptOrNot() {
    listeners.accepting(overload.level(OverloadAction.STOP_ACCEPTING_CONNECTIONS) < 1);
  }

  /** What is shed. */
  public Overload overload() {
    return overload;
  }

  /** The logs that configurations ask for. */
  public AccessLogs accessLogs() {
    return accessLogs;
  }

  /** What requests hold of their bodies. */
  public BodyBudget bodies() {
    return workers.bodies();
  }

  /** What windows of HTTP/2 connections may grow by. */
  public WindowBudget windows() {
    return workers.windows();
  }

  /** Looks after the event loops. */
  public Watchdog watchdog() {
    return watchdog;
  }

  /** How many event loops carry traffic. */
  public int loops() {
    return workers.all().size();
  }

  /** Accepted connections that are open. */
  public int connections() {
    return listeners.connections();
  }

  /**
   * Stops accepting and lets connections finish what they carry.
   *
   * @param within after which what is left is cut
   * @return done when no connection is left
   */
  public CompletionStage<Void> drain(Duration within) {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    background.execute(
        () ->
            listeners
                .drain(within)
                // what has just ended is told yet
                .handle((nothing, problem) -> spans.flush())
                .thenCompose(flushed -> flushed)
                .whenComplete(
                    (nothing, problem) -> {
                      workers.forEach(worker -> worker.pool().drain());
                      drained.complete(null);
                    }));
    return drained;
  }

  /** Ends at once: sockets and connections are closed. */
  @Override
  public void close() {
    checks.close(); // first: a start may wait for them
    drain(Duration.ZERO).toCompletableFuture().join();
    background.shutdown();
    watchdog.close();
    monitor.close();
    accessLogs.close();
  }
}
