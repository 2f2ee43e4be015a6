package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.ClusterPicker;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.health.OutlierDetector;
import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.tls.TlsContexts;
import dev.weft.proxy.upstream.ConnectionObserver;
import dev.weft.proxy.upstream.ConnectionSettings;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.Priority;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in use: immutable but for its picker, which follows the health of its endpoints. Its
 * successor in the next Runtime takes over the state: breakers' counts, endpoints in flight,
 * health.
 */
public final class ActiveCluster {
  private final Cluster config;
  private final EndpointSet endpointSet;
  private final TlsContexts.@Nullable Context tls;
  private final ClusterState state;
  private final Map<Priority, CircuitBreaker> breakers;
  private final List<Member<ActiveEndpoint>> members;
  private final @Nullable OutlierDetector outliers;
  private final ConnectionSettings connections;
  private final ConnectionObserver connectionObserver;
  private final Executor background;
  private volatile ClusterPicker<ActiveEndpoint> picker;

  ActiveCluster(
      Cluster config,
      EndpointSet endpointSet,
      TlsContexts.@Nullable Context tls,
      ClusterState state,
      Map<Priority, CircuitBreaker> breakers,
      List<Member<ActiveEndpoint>> members,
      Executor background) {
    this.config = config;
    this.endpointSet = endpointSet;
    this.tls = tls;
    this.state = state;
    this.breakers = new EnumMap<>(breakers);
    this.members = List.copyOf(members);
    this.background = background;
    Cluster.OutlierDetection detection = config.outlierDetection();
    this.outliers =
        detection == null
            ? null
            : new OutlierDetector(
                detection,
                this.members.stream().map(member -> member.endpoint().health()).toList(),
                state.stats(),
                state);
    Cluster.Thresholds thresholds = thresholds(config, Priority.DEFAULT);
    this.connections =
        new ConnectionSettings(
            config.connectTimeout(),
            config.idleTimeout(),
            config.maxRequestsPerConnection(),
            Math.max(1, thresholds.maxConnections()),
            Math.max(1, thresholds.maxPendingRequests()),
            1000);
    this.connectionObserver = new ConnectionCounter(breaker(Priority.DEFAULT), state.stats());
    this.picker = buildPicker();
  }

  static Cluster.Thresholds thresholds(Cluster config, Priority priority) {
    return config.thresholds().getOrDefault(priority, Cluster.Thresholds.DEFAULTS);
  }

  private ClusterPicker<ActiveEndpoint> buildPicker() {
    return ClusterPicker.build(
        config.lbPolicy(), members, endpointSet.overprovisioningFactor(), config.panicThreshold());
  }

  /** Its name. */
  public String name() {
    return config.name();
  }

  /** Its configuration. */
  public Cluster config() {
    return config;
  }

  /** Its endpoints with what configuration says of them. */
  public List<Member<ActiveEndpoint>> members() {
    return members;
  }

  /** Its counts. */
  public ClusterStats stats() {
    return state.stats();
  }

  /** The breaker of a priority. */
  public CircuitBreaker breaker(Priority priority) {
    CircuitBreaker breaker = breakers.get(priority);
    if (breaker == null) {
      throw new IllegalStateException("cluster " + name() + " has no breaker for " + priority);
    }
    return breaker;
  }

  /** Limits of its connections. */
  public ConnectionSettings connections() {
    return connections;
  }

  /** Counts its connections. */
  public ConnectionObserver connectionObserver() {
    return connectionObserver;
  }

  /**
   * An endpoint for a try, or null if none may be picked.
   *
   * @param random of the calling loop
   * @param tried endpoints to avoid if there are others
   */
  public @Nullable ActiveEndpoint pick(RandomGenerator random, List<ActiveEndpoint> tried) {
    return picker.pick(random, tried);
  }

  /** A try to this endpoint begins. */
  public void begin(ActiveEndpoint endpoint) {
    endpoint.begin();
    state.stats().requestStarted();
  }

  /** A try to this endpoint is over, however it ended. */
  public void end(ActiveEndpoint endpoint) {
    endpoint.end();
    state.stats().requestEnded();
  }

  /** A relayed connection to this endpoint begins. */
  public void occupy(ActiveEndpoint endpoint) {
    endpoint.begin();
  }

  /** A relayed connection to this endpoint is over. */
  public void leave(ActiveEndpoint endpoint) {
    endpoint.end();
  }

  /** An endpoint answered with this status. */
  public void onStatus(ActiveEndpoint endpoint, int status) {
    if (outliers != null && outliers.onStatus(endpoint.health(), status, System.nanoTime())) {
      rebalance();
    }
  }

  /** An endpoint did not answer. */
  public void onNoAnswer(ActiveEndpoint endpoint) {
    if (outliers != null && outliers.onNoAnswer(endpoint.health(), System.nanoTime())) {
      rebalance();
    }
  }

  /** Takes back endpoints whose ejection is over. */
  void tick(long nowNanos) {
    if (outliers != null && outliers.tick(nowNanos)) {
      rebalance();
    }
  }

  /** Ejected endpoints are passed over at once; the shares of priorities follow off the loops. */
  private void rebalance() {
    background.execute(
        () -> {
          ActiveCluster live = state.live();
          (live == null ? this : live).rebuildPicker();
        });
  }

  private void rebuildPicker() {
    picker = buildPicker();
    reportMembership();
  }

  void reportMembership() {
    int healthy = 0;
    int ejected = 0;
    for (Member<ActiveEndpoint> member : members) {
      healthy += ClusterPicker.healthy(member) ? 1 : 0;
      ejected += member.endpoint().ejected() ? 1 : 0;
    }
    state.stats().membership(members.size(), healthy, ejected);
  }

  /** How often {@link #tick} is due; 0 for never. */
  long tickNanos() {
    Cluster.OutlierDetection detection = config.outlierDetection();
    return detection == null ? 0 : detection.interval().toNanos();
  }

  /** Everything its endpoints are connected by. */
  public Set<UpstreamTarget> targets() {
    return members.stream()
        .flatMap(member -> member.endpoint().targets())
        .collect(Collectors.toUnmodifiableSet());
  }

  EndpointSet endpointSet() {
    return endpointSet;
  }

  TlsContexts.@Nullable Context tls() {
    return tls;
  }

  ClusterState state() {
    return state;
  }
}
