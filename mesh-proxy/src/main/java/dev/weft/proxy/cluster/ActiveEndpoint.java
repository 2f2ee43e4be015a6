package dev.weft.proxy.cluster;

import dev.weft.proxy.cluster.balance.Candidate;
import dev.weft.proxy.cluster.balance.PeakLatency;
import dev.weft.proxy.cluster.balance.ReportedLoad;
import dev.weft.proxy.cluster.health.CheckedHealth;
import dev.weft.proxy.cluster.health.EndpointHealth;
import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.telemetry.Telemetry;
import dev.weft.proxy.upstream.ConnectionObserver;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.proxy.upstream.WireProtocol;
import dev.weft.xds.model.EndpointSet;
import dev.weft.xds.model.EndpointSet.Checking;
import dev.weft.xds.model.LbPolicy.ClientSideWeighted;
import dev.weft.xds.model.MetadataValue;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint in use. How to reach it comes with each Runtime; its state, what is in flight to it
 * and its health, stays as long as its cluster lists its address, or its name where that is what it
 * is known by, and is what makes two of them equal.
 */
public final class ActiveEndpoint implements Candidate {
  private final InetSocketAddress address;
  private final UpstreamTarget target;
  private final String hostname;
  private final Checking checking;
  private final int priority;
  private final Map<String, Map<String, MetadataValue>> written;

  /** What the client speaks decides: this for HTTP/2 where the target is for HTTP/1.1. */
  private final @Nullable UpstreamTarget http2Target;

  private final CheckTransport checkTransport;
  private final State state;

  private ActiveEndpoint(
      InetSocketAddress address,
      String hostname,
      Checking checking,
      int priority,
      Map<String, Map<String, MetadataValue>> written,
      UpstreamTarget target,
      @Nullable UpstreamTarget http2Target,
      CheckTransport checkTransport,
      State state) {
    this.address = address;
    this.hostname = hostname;
    this.checking = checking;
    this.priority = priority;
    this.written = written;
    this.target = target;
    this.http2Target = http2Target;
    this.checkTransport = checkTransport;
    this.state = state;
  }

  /**
   * The endpoint as it is to be reached from now on.
   *
   * @param hostname its name for requests; empty for none
   * @param checking what is different for its health checks
   * @param priority lower is preferred
   * @param written its metadata, by namespaces
   * @param checkTransport what carries its health checks
   * @param wire null to speak what the client speaks
   * @param previous what is in force for it in this cluster; null if it is new
   */
  static ActiveEndpoint create(
      InetSocketAddress address,
      String hostname,
      Checking checking,
      int priority,
      Map<String, Map<String, MetadataValue>> written,
      UpstreamTarget template,
      CheckTransport checkTransport,
      @Nullable WireProtocol wire,
      @Nullable ActiveEndpoint previous) {
    UpstreamTarget target = wired(template, wire == null ? WireProtocol.HTTP1 : wire);
    UpstreamTarget other = wire == null ? wired(template, WireProtocol.HTTP2) : null;
    if (previous != null
        && previous.address.equals(address)
        && previous.target.equals(target)
        && previous.target.addresses().equals(target.addresses())
        && previous.hostname.equals(hostname)
        && previous.checking.equals(checking)
        && previous.priority == priority
        && previous.written.equals(written)
        && previous.checkTransport.equals(checkTransport)
        && Objects.equals(previous.http2Target, other)) {
      return previous;
    }
    return new ActiveEndpoint(
        address,
        hostname,
        checking,
        priority,
        written,
        target,
        other,
        checkTransport,
        previous == null ? new State() : previous.state);
  }

  private static UpstreamTarget wired(UpstreamTarget target, WireProtocol wire) {
    return target.over(wire);
  }

  /** Where it is. */
  public InetSocketAddress address() {
    return address;
  }

  /** What it is known by in its cluster: its address, or of a logical endpoint its name. */
  Object place() {
    return target.place();
  }

  /** Whether it is known by a name, and may have been at other addresses before. */
  public boolean logical() {
    return target.name() != null;
  }

  /** Its name for requests, if it has one; else empty. */
  public String hostname() {
    return hostname;
  }

  /** What is different for its health checks. */
  public Checking checking() {
    return checking;
  }

  /** Its priority; lower is preferred. */
  public int priority() {
    return priority;
  }

  /** Its metadata, by namespaces. */
  public Map<String, Map<String, MetadataValue>> written() {
    return written;
  }

  /** Its metadata for balancing. */
  public Map<String, MetadataValue> metadata() {
    return written.getOrDefault(EndpointSet.BALANCING, Map.of());
  }

  /** What carries its health checks. */
  public CheckTransport checkTransport() {
    return checkTransport;
  }

  /** What to connect to for a client that speaks, or does not speak, HTTP/2. */
  public UpstreamTarget target(boolean http2) {
    return http2 && http2Target != null ? http2Target : target;
  }

  /** Everything it is connected by. */
  public Stream<UpstreamTarget> targets() {
    return http2Target == null ? Stream.of(target) : Stream.of(target, http2Target);
  }

  /** Health as its answers show it. */
  public EndpointHealth health() {
    return state.health;
  }

  /** Health as checks show it. */
  public CheckedHealth checks() {
    return state.checks;
  }

  @Override
  public boolean failing() {
    return state.checks.failing();
  }

  @Override
  public boolean degraded() {
    return state.checks.degraded();
  }

  @Override
  public boolean uncounted() {
    return state.checks.uncounted();
  }

  /** Who is to know when an answer says that it is not well; null for nobody. From any thread. */
  public void checkedBy(@Nullable Runnable told) {
    state.told = told;
  }

  /** Checks brought it back: where endpoints start slowly, it does so again. */
  public void returned() {
    state.since = System.nanoTime();
  }

  /** An answer said that it is not well. */
  void unwell() {
    Runnable told = state.told;
    if (told != null) {
      state.checks.exclude();
      told.run();
    }
  }

  @Override
  public boolean ejected() {
    return state.health.ejected();
  }

  @Override
  public int activeRequests() {
    return state.active.get();
  }

  @Override
  public double cost() {
    return state.latency.cost(System.nanoTime(), state.active.get());
  }

  @Override
  public long ageNanos(long now) {
    return now - state.since;
  }

  @Override
  public double reportedWeight(ClientSideWeighted policy, long now) {
    return state.reported.weight(policy, now);
  }

  /** Headers or trailers came, which may have a report of its load. */
  void told(Http2Headers headers, ClientSideWeighted policy) {
    state.reported.observe(headers, policy, System.nanoTime());
  }

  /** An answer took so long. */
  void answered(long nanos, long decayNanos) {
    state.latency.observe(nanos, System.nanoTime(), decayNanos);
  }

  /**
   * What becomes of requests at it is counted from now on.
   *
   * @param cluster its name in statistics
   */
  void counted(Telemetry telemetry, String cluster) {
    EndpointCounts known = state.counts;
    if (known == null || !known.isOf(cluster, address)) {
      state.counts = new EndpointCounts(telemetry, cluster, address);
    }
  }

  /** What becomes of requests at it; only where that is counted. */
  EndpointCounts counts() {
    return Objects.requireNonNull(state.counts);
  }

  /** What counts its connections where there may be so many to it, or they are counted alone. */
  ConnectionObserver connections(ConnectionObserver cluster, ClusterStats stats, int most) {
    EndpointConnections counts = state.connections;
    if (counts == null || !counts.isOf(cluster)) {
      counts = new EndpointConnections(cluster, stats, most, state.open, state.counts);
      state.connections = counts;
    }
    return counts;
  }

  void begin() {
    state.active.incrementAndGet();
  }

  void end() {
    state.active.decrementAndGet();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ActiveEndpoint that && that.state == state;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(state);
  }

  @Override
  public String toString() {
    return address.toString();
  }

  private static final class State {
    final AtomicInteger active = new AtomicInteger();
    final EndpointHealth health = new EndpointHealth();
    final CheckedHealth checks = new CheckedHealth();
    volatile @Nullable Runnable told;
    final AtomicInteger open = new AtomicInteger();
    volatile @Nullable EndpointConnections connections;
    volatile @Nullable EndpointCounts counts;
    final PeakLatency latency = new PeakLatency();
    final ReportedLoad reported = new ReportedLoad();
    volatile long since = System.nanoTime();
  }
}
