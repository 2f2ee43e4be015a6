package dev.weft.proxy;

import dev.weft.proxy.accesslog.AccessLog;
import dev.weft.proxy.admin.ProxyView;
import dev.weft.proxy.config.Assembly;
import dev.weft.proxy.config.ConfigFollower;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.discovery.Discovery;
import dev.weft.proxy.filter.breaker.Breakers;
import dev.weft.proxy.identity.CertificateClient;
import dev.weft.proxy.identity.WorkloadIdentity;
import dev.weft.proxy.loop.Watchdog;
import dev.weft.proxy.sidecar.Sidecar;
import dev.weft.proxy.telemetry.MeshTelemetry;
import dev.weft.proxy.telemetry.PrometheusText;
import dev.weft.proxy.telemetry.StatRules;
import dev.weft.xds.client.AdsClient;
import dev.weft.xds.client.ResourceStore;
import dev.weft.xds.protocol.ClientNode;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The running proxy as its admin pages see it. */
final class LiveView implements ProxyView {
  private final DataPath dataPath;
  private final MeshTelemetry telemetry;
  private final Breakers breakers;
  private final ProcessMetrics process;
  private final OverloadMetrics memory;
  private final @Nullable AccessLog accessLog;
  private final Runnable drain;
  private final Runnable quit;
  private final Instant started = Instant.now();
  private volatile String nodeId = "";
  private volatile String nodeCluster = "";
  private volatile StatRules statRules = StatRules.NONE;
  private volatile @Nullable Discovery discovery;
  private volatile @Nullable CertificateClient certificates;
  private volatile BooleanSupplier complete = () -> false;
  private volatile boolean live;
  private volatile boolean draining;
  private volatile boolean failed;

  LiveView(
      DataPath dataPath,
      MeshTelemetry telemetry,
      Breakers breakers,
      ProcessMetrics process,
      @Nullable AccessLog accessLog,
      Runnable drain,
      Runnable quit) {
    this.dataPath = dataPath;
    this.telemetry = telemetry;
    this.breakers = breakers;
    this.process = process;
    this.memory = new OverloadMetrics(dataPath.overload(), dataPath.bodies(), dataPath.windows());
    this.accessLog = accessLog;
    this.drain = drain;
    this.quit = quit;
  }

  void standalone(ClientNode node, Discovery following, StatRules rules) {
    nodeId = node.id();
    nodeCluster = node.cluster();
    statRules = rules;
    discovery = following;
    complete = following::complete;
  }

  void sidecar(Sidecar member) {
    nodeId = member.node().id();
    nodeCluster = member.node().cluster();
    discovery = member.discovery();
    certificates = member.certificates();
    complete = member::complete;
  }

  void draining() {
    draining = true;
  }

  @Override
  public State state() {
    if (draining) {
      return State.DRAINING;
    }
    if (!live) {
      // once live it stays so: what warms later has its predecessor in service
      live = complete.getAsBoolean();
    }
    if (live) {
      return State.LIVE;
    }
    ConfigFollower following = follower();
    return following == null || following.applied() == 0
        ? State.PRE_INITIALIZING
        : State.INITIALIZING;
  }

  @Override
  public boolean failed() {
    return failed;
  }

  @Override
  public void fail(boolean fails) {
    failed = fails;
  }

  @Override
  public String version() {
    return Version.text();
  }

  @Override
  public String nodeId() {
    return nodeId;
  }

  @Override
  public String nodeCluster() {
    return nodeCluster;
  }

  @Override
  public long uptimeSeconds() {
    return Duration.between(started, Instant.now()).toSeconds();
  }

  @Override
  public Runtime runtime() {
    return dataPath.runtime();
  }

  @Override
  public Breakers breakers() {
    return breakers;
  }

  @Override
  public Assembly assembly() {
    ConfigFollower following = follower();
    return following == null ? Assembly.NONE : following.assembly();
  }

  @Override
  public List<String> failures() {
    ConfigFollower following = follower();
    return following == null ? List.of() : following.failures();
  }

  @Override
  public Map<String, InetSocketAddress> addresses() {
    return dataPath.addresses();
  }

  @Override
  public @Nullable CertificateClient certificates() {
    return certificates;
  }

  @Override
  public @Nullable ResourceStore store() {
    Discovery following = discovery;
    return following == null ? null : following.store();
  }

  @Override
  public @Nullable AdsClient ads() {
    Discovery following = discovery;
    return following == null ? null : following.ads();
  }

  private @Nullable ConfigFollower follower() {
    Discovery following = discovery;
    return following == null ? null : following.follower();
  }

  @Override
  public StatRules statRules() {
    return statRules;
  }

  @Override
  public void writeMetrics(PrometheusText out) {
    telemetry.writePrometheus(out);
    out.single("server.live", "gauge", ready() ? 1 : 0);
    out.single("server.state", "gauge", state() == State.LIVE ? 0 : state().ordinal() + 1);
    out.single("server.uptime", "gauge", uptimeSeconds());
    out.single("server.total_connections", "gauge", dataPath.connections());
    out.single("server.concurrency", "gauge", dataPath.loops());
    out.single("cluster_manager.active_clusters", "gauge", runtime().clusters().size());
    out.single("listener_manager.total_listeners_active", "gauge", dataPath.addresses().size());
    out.single("server.watchdog_miss", "counter", dataPath.watchdog().misses());
    out.single("server.watchdog_mega_miss", "counter", dataPath.watchdog().longMisses());
    memory.writePrometheus(out);
    ConfigFollower following = follower();
    if (following != null) {
      out.single("weft_config_applied_total", "counter", following.applied());
      out.single("weft_config_failures", "gauge", following.failures().size());
      out.single("weft_config_warming", "gauge", following.assembly().warming().size());
    }
    AdsClient stream = ads();
    if (stream != null) {
      out.single("control_plane.connected_state", "gauge", stream.status().connected() ? 1 : 0);
    }
    CertificateClient client = certificates();
    WorkloadIdentity identity = client == null ? null : client.current();
    if (identity != null) {
      Duration left = Duration.between(Instant.now(), identity.notAfter());
      out.single("weft_certificate_expiry_seconds", "gauge", left.toSeconds());
      out.single("server.days_until_first_cert_expiring", "gauge", Math.max(0, left.toDays()));
    }
    out.single(
        "weft_access_log_dropped_total",
        "counter",
        dataPath.accessLogs().dropped() + (accessLog == null ? 0 : accessLog.dropped()));
  }

  @Override
  public void writeStats(StringBuilder out) {
    telemetry.writePlain(out);
    out.append("server.live: ").append(ready() ? 1 : 0).append('\n');
    int state = state() == State.LIVE ? 0 : state().ordinal() + 1;
    out.append("server.state: ").append(state).append('\n');
    out.append("server.concurrency: ").append(dataPath.loops()).append('\n');
    int clusters = runtime().clusters().size();
    out.append("cluster_manager.active_clusters: ").append(clusters).append('\n');
    int listeners = dataPath.addresses().size();
    out.append("listener_manager.total_listeners_active: ").append(listeners).append('\n');
    out.append("server.uptime: ").append(uptimeSeconds()).append('\n');
    out.append("server.total_connections: ").append(dataPath.connections()).append('\n');
    memory.writePlain(out);
    Watchdog loops = dataPath.watchdog();
    out.append("server.watchdog_miss: ").append(loops.misses()).append('\n');
    out.append("server.watchdog_mega_miss: ").append(loops.longMisses()).append('\n');
  }

  @Override
  public String processMetrics() {
    return process.scrape();
  }

  @Override
  public void drain() {
    drain.run();
  }

  @Override
  public void quit() {
    quit.run();
  }
}
