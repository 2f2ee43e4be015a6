package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.AggregateLoad;
import dev.weft.proxy.cluster.balance.BalanceSettings;
import dev.weft.proxy.cluster.balance.ClusterPicker;
import dev.weft.proxy.cluster.balance.ClusterPicker.Member;
import dev.weft.proxy.cluster.balance.LocalView;
import dev.weft.proxy.cluster.balance.MetadataCriteria;
import dev.weft.proxy.cluster.balance.Pickers;
import dev.weft.proxy.cluster.balance.Preference;
import dev.weft.proxy.cluster.health.CheckedHealth;
import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.upstream.ConnectionObserver;
import dev.weft.proxy.upstream.ConnectionSettings;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.LbPolicy;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.Priority;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A cluster in use: immutable but for its picker, which follows the health of its endpoints. Its
 * successor in the next Runtime takes over the state: breakers' counts, endpoints in flight,
 * health.
 */
public final class ActiveCluster {
  private static final AsciiString IMMEDIATE_FAILURE =
      AsciiString.cached("x-envoy-immediate-health-check-fail");

  private final Cluster config;
  private final EndpointSet endpointSet;
  private final Transports transports;
  private final ClusterState state;
  private final Map<Priority, CircuitBreaker> breakers;
  private final Members members;
  private final @Nullable Outliers outliers;
  private final ConnectionSettings connections;

  /** The same for endpoints that are not well: none before they are asked for. */
  private final ConnectionSettings onDemand;

  private final ConnectionObserver connectionObserver;
  private final Surroundings around;
  private final ConnectionEnds ends;
  private volatile Pickers<ActiveEndpoint> pickers;

  private final SlowStart slowStart;

  /** Whether requests are placed by their hashes. */
  private final boolean hashes;

  /** Says what counts of endpoints' reports; null where none do. */
  private final LbPolicy.@Nullable ClientSideWeighted reports;

  /** How fast latencies are forgotten; 0 where nobody asks for them. */
  private final long decayNanos;

  private final boolean bounded;

  /** Whether its endpoints are checked. */
  private final boolean checked;

  /** Whether what becomes of requests is counted for each endpoint. */
  private final boolean countsEndpoints;

  /** Whether connections are counted for each endpoint. */
  private final boolean byEndpoint;

  private final LocalView view;
  private final @Nullable Drops drops;

  /** The clusters whose endpoints it has; null for one that has its own. */
  private final @Nullable Aggregation aggregation;

  /** Where requests go that say so themselves; null where they do not. */
  private final @Nullable Destinations destinations;

  ActiveCluster(
      Cluster config,
      EndpointSet endpointSet,
      Transports transports,
      ClusterState state,
      Map<Priority, CircuitBreaker> breakers,
      Members members,
      LocalView view,
      @Nullable Aggregation aggregation,
      @Nullable Destinations destinations,
      Surroundings around) {
    this.config = config;
    this.aggregation = aggregation;
    this.destinations = destinations;
    this.endpointSet = endpointSet;
    this.transports = transports;
    this.checked = config.healthCheck() != null;
    this.countsEndpoints = config.tracked().endpoints();
    this.byEndpoint = countsEndpoints || config.connections().mostToEndpoint() < Integer.MAX_VALUE;
    this.state = state;
    this.breakers = new EnumMap<>(breakers);
    this.members = members;
    this.around = around;
    this.ends = new ConnectionEnds(config.connections().endings(), state.relays(), around.renew());
    this.view = view;
    PolicyTraits traits = PolicyTraits.of(config.lbPolicy());
    this.hashes = traits.hashes();
    this.bounded = traits.bounded();
    this.slowStart = new SlowStart(traits.slowNanos());
    this.reports = traits.reports();
    this.decayNanos = traits.decayNanos();
    this.drops = Drops.compile(endpointSet.drops());
    this.outliers = Outliers.of(config, members(), state, around.ejections());
    Cluster.Thresholds thresholds = thresholds(config, Priority.DEFAULT);
    this.connections =
        new ConnectionSettings(
            config.connectTimeout(),
            config.idleTimeout(),
            config.maxRequestsPerConnection(),
            Math.max(1, thresholds.maxConnections()),
            Math.max(1, thresholds.maxPendingRequests()),
            config.connections().maxConcurrentStreams(),
            config.connections().preconnectRatio(),
            config.connections().keepalive(),
            config.connections().pings(),
            config.connections().properCase(),
            config.connections().bounds());
    this.onDemand = connections.onDemand();
    this.connectionObserver = new ConnectionCounter(breaker(Priority.DEFAULT), state);
    this.pickers = buildPickers();
  }

  static Cluster.Thresholds thresholds(Cluster config, Priority priority) {
    return config.thresholds().getOrDefault(priority, Cluster.Thresholds.DEFAULTS);
  }

  private Pickers<ActiveEndpoint> buildPickers() {
    return Pickers.build(
        config.lbPolicy(),
        members(),
        new BalanceSettings(
            endpointSet.overprovisioningFactor(),
            config.panicThreshold(),
            endpointSet.weightedPriorityHealth(),
            view,
            state::active,
            System.nanoTime()));
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
    return members.all();
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

  /** Limits of its connections to an endpoint. */
  public ConnectionSettings connections(ActiveEndpoint endpoint) {
    boolean well =
        connections.preconnectRatio() == 1
            || !endpoint.ejected() && !endpoint.failing() && !endpoint.degraded();
    return well ? connections : onDemand;
  }

  /** Counts its connections to an endpoint. */
  public ConnectionObserver connectionObserver(ActiveEndpoint endpoint) {
    return byEndpoint
        ? endpoint.connections(
            connectionObserver, state.stats(), config.connections().mostToEndpoint())
        : connectionObserver;
  }

  /** Whether requests are placed by their hashes. */
  public boolean hashes() {
    return hashes || aggregation != null && aggregation.hashes();
  }

  /** The clusters whose endpoints it has; null for one that has its own. */
  public @Nullable Aggregation aggregation() {
    return aggregation;
  }

  /** Where requests go that say so themselves; null where they do not. */
  public @Nullable Destinations destinations() {
    return destinations;
  }

  Pickers<ActiveEndpoint> pickers() {
    return pickers;
  }

  /** Whether this request is not to be sent, by the share that the endpoints' source says. */
  public boolean drops(RandomGenerator random) {
    return drops != null && drops.draw(random);
  }

  /** Whether none is. */
  public boolean dropsAll() {
    return drops != null && drops.all();
  }

  /**
   * An endpoint for a try, or null if none may be picked.
   *
   * @param random of the calling loop
   * @param preference what the try wants of it
   */
  public @Nullable ActiveEndpoint pick(
      RandomGenerator random, Preference<ActiveEndpoint> preference) {
    return pick(random, null, hashes ? random.nextLong() : 0, preference);
  }

  /**
   * The same for a request whose route says more.
   *
   * @param criteria of the subset to pick from; null for none
   * @param hash of the request, where the cluster {@link #hashes}
   */
  public @Nullable ActiveEndpoint pick(
      RandomGenerator random,
      @Nullable MetadataCriteria criteria,
      long hash,
      Preference<ActiveEndpoint> preference) {
    ClusterPicker<ActiveEndpoint> picker = pickers.of(criteria);
    return picker == null ? null : picker.pick(random, hash, preference);
  }

  /** The same of some of its endpoints only, as a cluster that has this one's wants. */
  public @Nullable ActiveEndpoint pick(
      AggregateLoad.Level level,
      RandomGenerator random,
      @Nullable MetadataCriteria criteria,
      long hash,
      Preference<ActiveEndpoint> preference) {
    ClusterPicker<ActiveEndpoint> picker = pickers.of(criteria);
    return picker == null
        ? null
        : picker.pickOf(level.priority(), level.degraded(), random, hash, preference);
  }

  /** A try to this endpoint begins. */
  public void begin(ActiveEndpoint endpoint) {
    if (bounded) {
      state.begin();
    }
    endpoint.begin();
  }

  /** Whether its policy wants to know how long answers take. */
  public boolean wantsLatencies() {
    return decayNanos > 0;
  }

  /**
   * Headers or trailers of an endpoint's answer, which may report its load or that it is unwell.
   */
  public void onAnswer(ActiveEndpoint endpoint, Http2Headers headers) {
    if (reports != null) {
      endpoint.told(headers, reports);
    }
    if (checked && headers.contains(IMMEDIATE_FAILURE)) {
      endpoint.unwell();
    }
  }

  /** The head of an endpoint's answer came after so many nanoseconds, or a failure did. */
  public void onLatency(ActiveEndpoint endpoint, long nanos) {
    endpoint.answered(nanos, decayNanos);
  }

  /** A try to this endpoint is over, however it ended. */
  public void end(ActiveEndpoint endpoint) {
    if (bounded) {
      state.end();
    }
    endpoint.end();
  }

  /** A try to this endpoint waits for a connection, or does so no longer. */
  public void pending(ActiveEndpoint endpoint, boolean waits) {
    state.stats().pending(waits);
    if (countsEndpoints) {
      if (waits) {
        endpoint.counts().pending.increment();
      } else {
        endpoint.counts().pending.decrement();
      }
    }
  }

  /** A try to this endpoint has a stream. */
  public void onStream(ActiveEndpoint endpoint) {
    if (countsEndpoints) {
      endpoint.counts().requests.increment();
      endpoint.counts().active.increment();
    }
  }

  /** It has it no longer. */
  public void onStreamEnd(ActiveEndpoint endpoint) {
    if (countsEndpoints) {
      endpoint.counts().active.decrement();
    }
  }

  /**
   * A try to this endpoint has failed.
   *
   * @param late whether it took too long
   */
  public void onTryFailed(ActiveEndpoint endpoint, boolean late) {
    if (countsEndpoints) {
      endpoint.counts().errors.increment();
      if (late) {
        endpoint.counts().timeouts.increment();
      }
    }
  }

  /** A relayed connection to this endpoint begins. */
  public void occupy(ActiveEndpoint endpoint) {
    endpoint.begin();
  }

  /** A relayed connection to this endpoint is over. */
  public void leave(ActiveEndpoint endpoint) {
    endpoint.end();
  }

  /** A request has a connection to an endpoint. */
  public void onConnected(ActiveEndpoint endpoint) {
    if (outliers != null) {
      outliers.onConnected(endpoint);
    }
  }

  /** A connection that is relayed was opened to an endpoint. */
  public void onRelay(ActiveEndpoint endpoint) {
    if (outliers != null) {
      outliers.onRelay(endpoint);
    }
  }

  /** Knows relays that end once their endpoint fails; null where they do not. */
  public @Nullable Relays relays() {
    return ends.relays();
  }

  /** An endpoint answered with this status. */
  public void onStatus(ActiveEndpoint endpoint, int status) {
    if (countsEndpoints) {
      endpoint.counts().answered(status);
    }
    if (outliers != null && outliers.onStatus(endpoint, status)) {
      rebalance(true);
    }
  }

  /** An endpoint did not answer. */
  public void onNoAnswer(ActiveEndpoint endpoint) {
    if (outliers != null && outliers.onNoAnswer(endpoint)) {
      rebalance(true);
    }
  }

  /**
   * A health check of an endpoint is over. From any thread.
   *
   * @param change what it changed
   * @param well whether the endpoint was found well
   */
  public void onChecked(ActiveEndpoint endpoint, CheckedHealth.Change change, boolean well) {
    boolean changed = change == CheckedHealth.Change.CHANGED;
    if (well && !endpoint.failing()) {
      Outliers known = inForce().outliers;
      changed |= known != null && known.onWell(endpoint);
    }
    if (changed) {
      rebalance(true);
    }
  }

  /** Whether any of its Runtimes ever had a connection for somebody's request. */
  public boolean connected() {
    return state.connected();
  }

  /** Whether an endpoint is only here because checks find it well: discovery lists it no more. */
  public boolean isLeaving(ActiveEndpoint endpoint) {
    return members.isLeaving(endpoint);
  }

  /**
   * Lets an endpoint go that was {@link #isLeaving leaving}; by the thread that publishes Runtimes,
   * as {@link #refresh}.
   *
   * @return whether the cluster in force had it
   */
  public boolean letGo(ActiveEndpoint endpoint) {
    ActiveCluster live = state.live();
    if (live == null || !live.members.letGo(endpoint)) {
      return false;
    }
    live.refresh();
    live.ends.onChange(live);
    return true;
  }

  /**
   * An endpoint fails: connections to it end. By the thread that publishes Runtimes, once pickers
   * know of it: nobody opens another one.
   */
  public void abandon(ActiveEndpoint endpoint) {
    ends.onFailing(endpoint);
  }

  /** Picks by the health that endpoints have now. */
  public void refresh() {
    if (outliers == null) {
      long now = System.nanoTime();
      members().forEach(member -> state.ejections().readmit(member.endpoint().health(), now));
    }
    pickers = buildPickers();
    reportMembership();
  }

  /** Forgets endpoints that nobody has asked for; gives what they were connected by. */
  Set<UpstreamTarget> clean(long nowNanos) {
    return destinations == null ? Set.of() : destinations.clean(nowNanos);
  }

  /** Compares endpoints, and takes back those whose ejection is over; lets others start. */
  void tick(long nowNanos) {
    boolean changed = outliers != null && outliers.tick(nowNanos);
    if (changed || slowStart.moves(members(), nowNanos) || reports != null) {
      rebalance(changed);
    }
  }

  /**
   * Ejected endpoints are passed over at once; the shares of priorities follow off the loops.
   *
   * @param changed whether health has
   */
  private void rebalance(boolean changed) {
    around
        .background()
        .execute(
            () -> {
              ActiveCluster live = inForce();
              live.refresh();
              if (changed) {
                live.ends.onChange(live);
              }
              if (outliers != null) {
                outliers.takeEjected(this::abandon);
              }
            });
  }

  /** What has taken its place, if anything has. */
  private ActiveCluster inForce() {
    ActiveCluster live = state.live();
    return live == null ? this : live;
  }

  private void reportMembership() {
    if (destinations != null) {
      destinations.report();
    } else {
      members.report(state.stats(), countsEndpoints);
    }
  }

  /** It is in force now. Nobody else takes back those that its predecessor had ejected. */
  void activated() {
    if (outliers == null && members().stream().anyMatch(member -> member.endpoint().ejected())) {
      refresh();
    } else {
      reportMembership();
    }
    ends.onChange(this);
    breakers.forEach(
        (priority, breaker) ->
            state
                .stats()
                .left(priority, thresholds(config, priority).tracked() ? breaker::left : null));
  }

  /** How often {@link #tick} is due; 0 for never. */
  long tickNanos() {
    OutlierDetection detection = config.outlierDetection();
    long ejections = detection == null ? Long.MAX_VALUE : detection.interval().toNanos();
    long weights = reports == null ? Long.MAX_VALUE : reports.update().toNanos();
    long cleanup = destinations == null ? Long.MAX_VALUE : destinations.cleanupNanos();
    long due = Math.min(Math.min(ejections, slowStart.stepNanos()), Math.min(weights, cleanup));
    return due == Long.MAX_VALUE ? 0 : due;
  }

  /** Everything its endpoints are connected by. */
  public Set<UpstreamTarget> targets() {
    Stream<UpstreamTarget> listed =
        members().stream().flatMap(member -> member.endpoint().targets());
    return (destinations == null ? listed : destinations.targets())
        .collect(Collectors.toUnmodifiableSet());
  }

  LocalView view() {
    return view;
  }

  EndpointSet endpointSet() {
    return endpointSet;
  }

  Transports transports() {
    return transports;
  }

  ClusterState state() {
    return state;
  }
}
