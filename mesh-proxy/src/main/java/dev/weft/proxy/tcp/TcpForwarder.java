package dev.weft.proxy.tcp;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.cluster.Aggregation;
import dev.weft.proxy.cluster.Destinations;
import dev.weft.proxy.cluster.Relays;
import dev.weft.proxy.cluster.balance.MetadataCriteria;
import dev.weft.proxy.cluster.balance.Preference;
import dev.weft.proxy.cluster.balance.XxHash64;
import dev.weft.proxy.config.CompiledTcp;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.route.WeightedTargets.Target;
import dev.weft.proxy.stream.AddressText;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.upstream.ConnectFailure;
import dev.weft.proxy.upstream.ConnectionDescription;
import dev.weft.proxy.upstream.ConnectionObserver;
import dev.weft.proxy.upstream.TcpConnector;
import dev.weft.proxy.upstream.UpstreamTarget;
import dev.weft.xds.model.TcpProxy;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Relays one accepted connection to an endpoint: tries endpoints until one accepts, then passes
 * bytes both ways with back-pressure and half-close. Confined to its loop.
 */
public final class TcpForwarder implements RelaySide.Listener {
  private final Worker worker;
  private final RuntimeHolder runtimes;
  private final CompiledTcp tcp;
  private final Channel channel;
  private final TcpRecord record;
  private final RelayLog log;
  private final RelaySide downstream;
  private @Nullable RelaySide upstream;

  /** Whose connection is waited for; null for none. */
  private @Nullable ActiveCluster waiting;

  private final List<ActiveEndpoint> tried = new ArrayList<>(1);
  private final Preference<ActiveEndpoint> others = Preference.avoiding(tried);
  private @Nullable MetadataCriteria criteria;
  private @Nullable Future<?> idleTimer;
  private @Nullable Future<?> lifeTimer;
  private @Nullable Future<?> pause;
  private long lastActivity = System.nanoTime();
  private boolean done;

  /**
   * @param channel TLS done, if there is any
   */
  public TcpForwarder(
      Worker worker,
      RuntimeHolder runtimes,
      CompiledTcp tcp,
      Channel channel,
      ConnectionInfo connection) {
    this.worker = worker;
    this.runtimes = runtimes;
    this.tcp = tcp;
    this.channel = channel;
    this.record = new TcpRecord(tcp, connection);
    this.log = new RelayLog(tcp, record, worker.loop());
    this.downstream = new RelaySide(this, worker.flushes());
  }

  /** Takes over the connection. */
  public void start() {
    tcp.stats().connectionOpened();
    channel.config().setAutoRead(false);
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    channel.pipeline().addLast(downstream);
    channel.closeFuture().addListener(closed -> onClosed(downstream));
    Target target = tcp.targets().choose(worker.random().nextLong());
    record.cluster = target.cluster();
    criteria = target.criteria();
    long longest = tcp.proxy().maxDownstreamDuration().toNanos();
    if (longest > 0) {
      lifeTimer = worker.loop().schedule(this::onLifeOver, longest, TimeUnit.NANOSECONDS);
    }
    log.start();
    connect();
  }

  private void onLifeOver() {
    tcp.stats().maxDuration();
    giveUp(ResponseFlag.DURATION_TIMEOUT);
  }

  /** By which it is placed, where its cluster does so: its client's address, or chance. */
  private long hash(ActiveCluster cluster) {
    if (!cluster.hashes()) {
      return 0;
    }
    return tcp.proxy().hashesSource()
        ? XxHash64.hash(AddressText.of(record.downstream().remote().getAddress()))
        : worker.random().nextLong();
  }

  private void connect() {
    ActiveCluster routed = runtimes.current().cluster(String.valueOf(record.cluster));
    if (routed == null) {
      tcp.stats().noCluster();
      record.cluster = null; // the one that the route names is none
      giveUp(ResponseFlag.NO_CLUSTER);
      return;
    }
    record.routed = routed.config();
    Destinations destinations = routed.destinations();
    Aggregation clusters = routed.aggregation();
    if (destinations != null) {
      connect(routed, routed, destinations.of(record.downstream()));
      return;
    }
    if (clusters == null) {
      connect(routed, routed, routed.pick(worker.random(), criteria, hash(routed), others));
      return;
    }
    Aggregation.Choice choice = clusters.choose(worker.random());
    ActiveCluster live = choice == null ? routed : choice.cluster();
    connect(
        routed,
        live,
        choice == null
            ? null
            : live.pick(choice.level(), worker.random(), criteria, hash(live), others));
  }

  /**
   * Connects to an endpoint.
   *
   * @param routed the cluster that the relay names
   * @param live the one that the endpoint belongs to; mostly the same
   * @param picked null where there is none
   */
  private void connect(ActiveCluster routed, ActiveCluster live, @Nullable ActiveEndpoint picked) {
    if (picked == null) {
      routed.stats().noneHealthy();
      giveUp(ResponseFlag.NO_HEALTHY_UPSTREAM);
      return;
    }
    ConnectionObserver connections = live.connectionObserver(picked);
    if (!connections.mayOpen()) {
      giveUp(ResponseFlag.UPSTREAM_OVERFLOW);
      return;
    }
    record.attempts++;
    connections.opening();
    live.occupy(picked);
    live.stats().pending(true);
    waiting = live;
    UpstreamTarget target = picked.target(false).of(record.downstream());
    RelaySide side = new RelaySide(this, worker.flushes());
    new TcpConnector(worker.loop(), worker.channels(), worker.descriptors())
        .connect(
            target,
            live.connections().connectTimeout(),
            live.connections().keepalive(),
            side,
            new TcpConnector.Listener() {
              @Override
              public void onAnother() {
                connections.openingAnother();
              }

              @Override
              public void onOpened(Channel opened) {
                onConnected(live, picked, connections, target, side, opened);
              }

              @Override
              public void onFailed(ConnectFailure failure) {
                TcpForwarder.this.onFailed(live, picked, connections, failure);
              }
            });
  }

  private void onConnected(
      ActiveCluster to,
      ActiveEndpoint picked,
      ConnectionObserver connections,
      UpstreamTarget target,
      RelaySide side,
      Channel opened) {
    opened
        .closeFuture()
        .addListener(
            closed -> {
              connections.closed();
              to.leave(picked);
            });
    if (done) {
      opened.close();
      return;
    }
    connections.opened();
    stopWaiting();
    to.stats().requestStarted();
    opened.closeFuture().addListener(closed -> to.stats().requestEnded());
    to.onRelay(picked);
    Relays relays = to.relays();
    if (relays != null) {
      relays.add(picked, opened, this::finish);
    }
    record.picked = picked;
    record.connected = (InetSocketAddress) opened.remoteAddress();
    record.upstream = ConnectionDescription.of(opened, target, record.connected, false);
    log.onConnected();
    upstream = side;
    downstream.join(side);
    side.join(downstream);
    long idle = tcp.proxy().idleTimeout().toNanos();
    if (idle > 0) {
      awaitIdle(idle);
    }
  }

  private void onFailed(
      ActiveCluster to,
      ActiveEndpoint picked,
      ConnectionObserver connections,
      ConnectFailure failure) {
    connections.failed(failure);
    connections.closed();
    to.leave(picked);
    to.onNoAnswer(picked);
    if (done) {
      return;
    }
    stopWaiting();
    to.stats().pendingFailed();
    record.picked = picked;
    record.flag(ResponseFlag.UPSTREAM_CONNECTION_FAILURE);
    tried.add(picked);
    if (record.attempts < tcp.proxy().maxConnectAttempts()) {
      connectAgain();
      return;
    }
    ActiveCluster routed = runtimes.current().cluster(String.valueOf(record.cluster));
    if (routed != null) {
      routed.stats().connectAttemptsExceeded();
    }
    tcp.stats().connectAttemptsExceeded();
    giveUp(ResponseFlag.RETRY_LIMIT_EXCEEDED);
  }

  /** Its connection is there, or will not be. */
  private void stopWaiting() {
    ActiveCluster cluster = waiting;
    waiting = null;
    if (cluster != null) {
      cluster.stats().pending(false);
    }
  }

  private void connectAgain() {
    TcpProxy.Backoff backoff = tcp.proxy().connectBackoff();
    if (backoff == null) {
      connect();
      return;
    }
    long millis = ConnectPause.millis(backoff, record.attempts, worker.random());
    pause = worker.loop().schedule(() -> connect(), millis, TimeUnit.MILLISECONDS);
  }

  private void giveUp(ResponseFlag flag) {
    record.flag(flag);
    finish();
  }

  private void awaitIdle(long nanos) {
    idleTimer = worker.loop().schedule(this::onIdleDeadline, nanos, TimeUnit.NANOSECONDS);
  }

  private void onIdleDeadline() {
    long left = tcp.proxy().idleTimeout().toNanos() - (System.nanoTime() - lastActivity);
    if (left > 0) {
      awaitIdle(left);
      return;
    }
    tcp.stats().idleTimeout();
    finish();
  }

  @Override
  public void onBytes(RelaySide from, int bytes) {
    lastActivity = System.nanoTime();
    if (from == downstream) {
      record.received += bytes;
    } else {
      record.sent += bytes;
    }
  }

  @Override
  public void onInputEnd(RelaySide from) {
    RelaySide other = upstream;
    if (other != null && other.inputEnded() && downstream.inputEnded()) {
      finish();
    }
  }

  @Override
  public void onReset(RelaySide side) {
    RelaySide joined = upstream;
    if (done || joined == null || side != downstream && side != joined) {
      return;
    }
    if (side == joined) {
      record.flag(ResponseFlag.UPSTREAM_RESET);
      downstream.reset();
    } else {
      joined.reset();
    }
    finish();
  }

  @Override
  public void onClosed(RelaySide side) {
    RelaySide joined = upstream;
    if (side != downstream && side != joined) {
      return; // a try that failed
    }
    if (!done && side == downstream && joined == null) {
      record.flag(ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION);
    }
    finish();
  }

  private static void cancel(@Nullable Future<?> timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private void finish() {
    if (done) {
      return;
    }
    done = true;
    cancel(idleTimer);
    cancel(lifeTimer);
    cancel(pause);
    if (waiting != null) {
      waiting.stats().pendingCancelled();
      stopWaiting();
    }
    downstream.close();
    RelaySide joined = upstream;
    if (joined != null) {
      joined.close();
    }
    record.end();
    tcp.stats().connectionClosed(record.received, record.sent);
    log.end();
  }
}
