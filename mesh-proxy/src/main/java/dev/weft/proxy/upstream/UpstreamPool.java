package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.Descriptors;
import dev.weft.proxy.stream.FlushScheduler;
import dev.weft.proxy.stream.ResponseReceiver;
import dev.weft.proxy.stream.WindowBudget;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The connections of one event loop to all endpoints. Confined to its loop. */
public final class UpstreamPool {
  private static final List<WireProtocol> HTTP =
      List.of(WireProtocol.HTTP1, WireProtocol.HTTP2, WireProtocol.ALPN);

  /** So many hosts of requests have connections of their own. */
  static final int MOST_NAMED = 1024;

  private final Connector connector;
  private final FlushScheduler flushes;
  private final Map<UpstreamTarget, TargetPool> targets = new HashMap<>();

  /**
   * Those for requests that say something to TLS: clients may ask for as many hosts as they like.
   */
  private final NamedPools<UpstreamTarget, TargetPool> named =
      new NamedPools<>(MOST_NAMED, TargetPool::isIdle);

  private int connections;
  private boolean draining;

  /**
   * @param flushes of the loop this pool belongs to
   * @param channels makes client channels that fit the loop
   * @param descriptors says how many there may be
   * @param windows lends what windows of HTTP/2 connections grow by
   */
  public UpstreamPool(
      FlushScheduler flushes,
      ChannelFactory<? extends Channel> channels,
      Descriptors descriptors,
      WindowBudget windows) {
    this.flushes = flushes;
    this.connector = new Connector(flushes, channels, descriptors, windows);
  }

  /**
   * Sends a request's head on a stream of its own, on a connection that is open or is opened for
   * it. The answer may come from within this call.
   *
   * @param headers canonical, without hop-by-hop headers; taken over when the stream opens
   */
  public Waiting open(
      UpstreamTarget target,
      ConnectionSettings settings,
      ConnectionObserver observer,
      Http2Headers headers,
      boolean endStream,
      ResponseReceiver receiver,
      StreamOpening opening) {
    assert flushes.loop().inEventLoop() : "pool used from another thread than its event loop";
    if (draining) {
      opening.onFailure(
          new ConnectFailure(
              ConnectFailure.Kind.CLOSED, "the proxy is shutting down: no stream to " + target));
      return Waiting.DONE;
    }
    TargetPool pool = targets.get(target);
    if (target.asked() != null && !mayAsk(target, pool)) {
      opening.onFailure(
          new ConnectFailure(
              ConnectFailure.Kind.OVERFLOW,
              "requests for " + MOST_NAMED + " hosts have connections already"));
      return Waiting.DONE;
    }
    if (pool == null) {
      pool =
          new TargetPool(
              target,
              connector,
              count -> connections += count,
              // Clients, and endpoints that requests name, come and go.
              emptied -> {
                if (targets.remove(target, emptied)) {
                  named.remove(target);
                }
              });
      targets.put(target, pool);
      if (target.asked() != null) {
        named.add(target, pool);
      }
    }
    return pool.open(target, settings, observer, new Wish(headers, endStream, receiver, opening));
  }

  /** Whether there is a pool for what it says, or place for one: another may have to go. */
  private boolean mayAsk(UpstreamTarget target, @Nullable TargetPool pool) {
    if (pool != null) {
      named.use(target, pool);
      return true;
    }
    if (!named.full()) {
      return true;
    }
    UpstreamTarget leaves = named.takeIdle();
    TargetPool left = leaves == null ? null : targets.remove(leaves);
    if (left == null) {
      return false;
    }
    left.retire();
    return true;
  }

  /** Targets that are gone: their connections finish what they carry and close. */
  public void retire(Set<UpstreamTarget> gone) {
    // Of the two the pool's own are few, where tens of thousands go at once.
    List<TargetPool> retired = new ArrayList<>();
    targets
        .entrySet()
        .removeIf(entry -> isGone(entry.getKey(), gone) && retired.add(entry.getValue()));
    named.retain(targets.keySet());
    retired.forEach(TargetPool::retire);
  }

  /** Connections to these targets finish what they carry and close; others replace them. */
  public void renew(Set<UpstreamTarget> worn) {
    for (UpstreamTarget target : worn) {
      TargetPool pool = targets.get(target);
      if (pool != null) {
        pool.renew();
      }
      if (target.preface() != null || !named.isEmpty()) {
        clientsOf(target).forEach(TargetPool::renew);
      }
    }
  }

  /** The pools of this endpoint that are one client's each, or for one host. */
  private List<TargetPool> clientsOf(UpstreamTarget endpoint) {
    List<TargetPool> found = new ArrayList<>();
    targets.forEach(
        (target, pool) -> {
          if (target.personal() && target.configured().equals(endpoint)) {
            found.add(pool);
          }
        });
    return found;
  }

  /**
   * Tunnels and connections of clients, or for one host, have no target of their own in the
   * configuration: they go with their endpoint's.
   */
  private static boolean isGone(UpstreamTarget opened, Set<UpstreamTarget> gone) {
    UpstreamTarget target = opened.configured();
    if (target.protocol() != WireProtocol.BYTES) {
      return gone.contains(target);
    }
    for (WireProtocol http : HTTP) {
      boolean possible = http != WireProtocol.ALPN || target.tls() != null;
      if (possible && gone.contains(target.over(http))) {
        return true;
      }
    }
    return false;
  }

  /** All connections finish what they carry and close; no stream is opened any more. */
  public void drain() {
    draining = true;
    for (TargetPool pool : new ArrayList<>(targets.values())) {
      pool.retire();
    }
    targets.clear();
    named.clear();
  }

  /** Connections that are open, or are being opened; those of retired targets too. */
  public int connections() {
    return connections;
  }

  /** A request that wants a stream. */
  record Wish(
      Http2Headers headers, boolean endStream, ResponseReceiver receiver, StreamOpening opening) {}

  /** A wish that could not be granted at once. */
  static final class Queued {
    final Wish wish;
    // The connection that is being opened for it; null while none may be.
    @Nullable PooledConnection expected;

    Queued(Wish wish) {
      this.wish = wish;
    }
  }
}
