package dev.weft.proxy;

import dev.weft.proxy.accesslog.AccessLog;
import dev.weft.proxy.admin.AdminPage;
import dev.weft.proxy.admin.AdminServer;
import dev.weft.proxy.admin.Pages;
import dev.weft.proxy.bootstrap.AdsSettings;
import dev.weft.proxy.bootstrap.Bootstrap;
import dev.weft.proxy.bootstrap.ResourceFile;
import dev.weft.proxy.cluster.LocalPlace;
import dev.weft.proxy.config.ConfigCache;
import dev.weft.proxy.config.ConfigTarget;
import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.discovery.AdsTransport;
import dev.weft.proxy.discovery.ControlPlane;
import dev.weft.proxy.discovery.Discovery;
import dev.weft.proxy.disk.DataFolder;
import dev.weft.proxy.disk.PortsFile;
import dev.weft.proxy.filter.HttpFilters;
import dev.weft.proxy.filter.breaker.Breakers;
import dev.weft.proxy.listener.ListenerReconciler.Failure;
import dev.weft.proxy.overload.Overload;
import dev.weft.proxy.overload.OverloadPlan;
import dev.weft.proxy.sidecar.Sidecar;
import dev.weft.proxy.sidecar.SidecarOptions;
import dev.weft.proxy.sidecar.SidecarPorts;
import dev.weft.proxy.telemetry.MeshTelemetry;
import dev.weft.proxy.telemetry.TracingSetup;
import dev.weft.proxy.tls.RotatingTlsContexts;
import dev.weft.proxy.tls.Secrets;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.protocol.ClientNode;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole proxy, composed: secrets → TLS contexts → data path, led by a bootstrap file or by the
 * mesh's control plane, looked at through the admin interface.
 */
public final class Proxy implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Proxy.class);
  private static final Duration GOODBYE = Duration.ofSeconds(3);
  private static final Duration NOTICE = Duration.ofSeconds(1);
  private static final int CLOSE_SECONDS = 5;

  private final Deque<AutoCloseable> closing = new ArrayDeque<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Map<String, Integer> ports = new LinkedHashMap<>();
  private final ProxyOptions options;
  private final MeshTelemetry telemetry;
  private final Secrets secrets = new Secrets();
  private final Breakers breakers;
  private final DataPath dataPath;
  private final LiveView view;
  private final ScheduledExecutorService timer;
  private final Vertx vertx;
  private @Nullable Discovery discovery;
  private @Nullable Sidecar sidecar;
  private @Nullable SidecarPorts reserved;

  private Proxy(
      ProxyOptions options,
      String service,
      String node,
      String id,
      OverloadPlan plan,
      LocalPlace place)
      throws IOException {
    this.options = options;
    this.timer =
        Executors.newScheduledThreadPool(
            1, Thread.ofPlatform().name("weft-timer").daemon().factory());
    closing.push(timer::shutdownNow); // what is planned for later need not happen
    TracingSetup tracing = closing(TracingSetup.of(System.getenv(), service));
    AccessLog accessLog =
        options.accessLog() == null
            ? null
            : closing(AccessLog.open(options.accessLog(), options.accessLogFormat()));
    this.telemetry = new MeshTelemetry(accessLog == null ? exchange -> {} : accessLog, tracing);
    ProcessMetrics process = new ProcessMetrics();
    this.vertx = process.vertx(options.concurrency());
    closing.push(() -> vertx.close().await(CLOSE_SECONDS, TimeUnit.SECONDS));
    // Above the data path: its contexts follow secrets.
    RotatingTlsContexts tlsContexts = new RotatingTlsContexts(secrets);
    long period = RotatingTlsContexts.TICKET_PERIOD.toSeconds();
    timer.scheduleAtFixedRate(tlsContexts::rotateTickets, period, period, TimeUnit.SECONDS);
    HttpFilters filters = new HttpFilters(node);
    this.breakers = filters.breakers();
    this.dataPath =
        new DataPath(
            vertx,
            tlsContexts,
            telemetry,
            filters,
            Overload.ofProcess(plan),
            options.drainTime(),
            place,
            id);
    closing.push(dataPath);
    this.view =
        new LiveView(dataPath, telemetry, breakers, process, accessLog, this::drain, this::end);
  }

  private <T extends AutoCloseable> T closing(T resource) {
    closing.push(resource);
    return resource;
  }

  /**
   * Starts a proxy; returns when its ports that do not depend on a control plane are open.
   *
   * @throws Exception with a message for the user, if it cannot start; nothing stays open then
   */
  public static Proxy start(ProxyOptions options) throws Exception {
    return switch (options.source()) {
      case ProxyOptions.Standalone standalone -> {
        Bootstrap bootstrap = Bootstrap.load(standalone.bootstrap()); // before any port is opened
        String cluster = bootstrap.node().cluster();
        yield started(
            new Proxy(
                options,
                cluster.isEmpty() ? "weft" : cluster,
                cluster,
                bootstrap.node().id(),
                bootstrap.overload(),
                bootstrap.place()),
            proxy -> proxy.serve(bootstrap, standalone.data()));
      }
      case ProxyOptions.Sidecar(var sidecar) ->
          started(
              new Proxy(
                  options,
                  sidecar.service() + "." + sidecar.namespace(),
                  "",
                  "",
                  OverloadPlan.DEFAULT,
                  LocalPlace.NONE),
              proxy -> proxy.join(sidecar));
    };
  }

  private interface Step {
    void run(Proxy proxy) throws Exception;
  }

  private static Proxy started(Proxy proxy, Step step) throws Exception {
    try {
      step.run(proxy);
      return proxy;
    } catch (Exception e) {
      proxy.close();
      throw e;
    }
  }

  private void serve(Bootstrap bootstrap, @Nullable Path data) throws Exception {
    if (bootstrap.ejectionLog() != null) {
      dataPath.logEjections(bootstrap.ejectionLog());
    }
    AdsSettings ads = bootstrap.ads();
    DataFolder folder = ads == null || data == null ? null : closing(DataFolder.open(data));
    Discovery config =
        new Discovery(
            vertx,
            bootstrap.resources(),
            ads == null ? null : controlPlane(ads, bootstrap.node(), folder),
            bootstrap.files(),
            ResourceFile::read,
            secrets,
            timer,
            target());
    discovery = config;
    view.standalone(bootstrap.node(), config, bootstrap.statistics());
    config.start();
    if (!config.follower().failures().isEmpty()) {
      throw new IOException(String.join("; ", config.follower().failures()));
    }
    SocketAddress admin = options.admin() == null ? bootstrap.admin() : options.admin();
    openPages(admin, Map.of());
    dataPath.addresses().forEach((name, address) -> ports.put(name, address.getPort()));
  }

  private ControlPlane controlPlane(AdsSettings ads, ClientNode node, @Nullable DataFolder folder) {
    AdsTransport transport = new AdsTransport(ads.tls(), secrets);
    return new ControlPlane(
        ads.options(node.toldBy("weft", Version.text()), transport::options),
        ads.wholes(),
        folder == null ? null : new ConfigCache(folder.file("config.cache")));
  }

  private void join(SidecarOptions joining) throws Exception {
    DataFolder folder = closing(DataFolder.open(joining.data()));
    SidecarPorts chosen = SidecarPorts.choose(joining, folder);
    closing.push(chosen::release);
    reserved = chosen;
    PortsFile file = new PortsFile(folder.file("ports.json"));
    ports.putAll(chosen.byRole());
    Sidecar member =
        new Sidecar(
            vertx,
            joining,
            folder,
            chosen,
            Version.text(),
            secrets,
            timer,
            target(),
            telemetry::loads);
    sidecar = member;
    view.sidecar(member);
    openPages(options.admin(), file.read());
    file.write(ports);
    member.start();
  }

  private ConfigTarget target() {
    return config -> {
      SidecarPorts held = reserved;
      if (held != null) {
        held.release(); // the listeners take them over now
      }
      return dataPath.apply(config).thenApply(failures -> applied(config, failures));
    };
  }

  private List<String> applied(ProxyConfig config, List<Failure> failures) {
    telemetry.retain(config);
    breakers.retain(
        config.clusters().stream()
            .map(cluster -> cluster.cluster().name())
            .collect(Collectors.toSet()));
    return failures.stream().map(f -> "listener " + f.listener() + ": " + f.reason()).toList();
  }

  private void openPages(@Nullable SocketAddress admin, Map<String, Integer> kept)
      throws IOException {
    Pages pages = new Pages(view);
    open("admin", admin, pages.admin(), true, kept);
    open("health", options.health(), pages.health(), false, kept);
    open("metrics", options.metrics(), pages.metrics(), false, kept);
  }

  private void open(
      String role,
      @Nullable SocketAddress address,
      Collection<AdminPage> pages,
      boolean local,
      Map<String, Integer> kept)
      throws IOException {
    if (address == null) {
      return;
    }
    AdminServer server = AdminServer.open(vertx, again(role, address, kept), pages, local);
    closing.push(() -> server.close().await(CLOSE_SECONDS, TimeUnit.SECONDS));
    ports.put(role, server.port());
  }

  /** A free port of the last run where any will do. */
  private static SocketAddress again(
      String role, SocketAddress address, Map<String, Integer> kept) {
    int last = kept.getOrDefault(role, 0);
    if (address.port() != 0 || last == 0) {
      return address;
    }
    try (var probe = new java.net.ServerSocket()) {
      probe.bind(new java.net.InetSocketAddress(address.host(), last));
      return new SocketAddress(address.host(), last);
    } catch (IOException e) {
      return address;
    }
  }

  /** The chosen ports by role or listener. */
  public Map<String, Integer> ports() {
    return Map.copyOf(ports);
  }

  /** What the proxy shows of itself. */
  LiveView view() {
    return view;
  }

  /** One line for whoever started it. */
  public String summary() {
    StringBuilder line = new StringBuilder("weft proxy ").append(view.nodeCluster());
    ports.forEach((role, port) -> line.append(' ').append(role).append('=').append(port));
    return line.toString();
  }

  /** Waits until the proxy is asked to end, then ends it: goodbye, drain, close. */
  void awaitEnd() throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    Thread hook =
        Thread.ofPlatform()
            .name("weft-end")
            .unstarted(
                () -> {
                  end(); // a signal
                  try {
                    // the waiting thread does the work; this keeps the JVM until it is done
                    if (!done.await(
                        options.drainTime().plus(GOODBYE).plus(NOTICE).toMillis()
                            + TimeUnit.SECONDS.toMillis(CLOSE_SECONDS),
                        TimeUnit.MILLISECONDS)) {
                      log.warn("not everything was closed in time");
                    }
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  }
                  java.lang.Runtime.getRuntime().halt(0);
                });
    java.lang.Runtime.getRuntime().addShutdownHook(hook);
    ended.await();
    shutDown();
    done.countDown();
  }

  /** Asks the proxy to end. */
  void end() {
    ended.countDown();
  }

  private void drain() {
    view.draining();
    dataPath.drain(options.drainTime());
  }

  /** Ends in order, within the drain time and a few seconds. */
  void shutDown() {
    view.draining();
    log.info("ending: goodbye to the control plane, then up to {} to drain", options.drainTime());
    Sidecar member = sidecar;
    Discovery config = discovery;
    if (config != null) {
      await(config.goodbye().toCompletionStage(), GOODBYE, "the goodbye");
    }
    if (member != null) {
      await(member.goodbye().toCompletionStage(), GOODBYE, "the goodbye");
      // others learn that this instance is gone while it still answers
      pause(NOTICE.compareTo(options.drainTime()) < 0 ? NOTICE : options.drainTime());
    }
    await(
        dataPath.drain(options.drainTime()),
        options.drainTime().plusSeconds(1),
        "draining connections");
    close();
  }

  private void pause(Duration time) {
    try {
      TimeUnit.MILLISECONDS.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CompletionStage<?> stage, Duration longest, String what) {
    try {
      stage.toCompletableFuture().get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      log.warn("{} did not end in time: {}", what, e.toString());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Closes everything at once. */
  @Override
  public void close() {
    while (!closing.isEmpty()) {
      AutoCloseable next = closing.pop();
      try {
        next.close();
      } catch (Exception e) {
        log.warn("{} could not be closed: {}", next, e.toString());
      }
    }
  }
}
