package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.ClientConnection;
import dev.weft.proxy.stream.UpstreamStream;
import dev.weft.proxy.upstream.UpstreamPool.Wish;
import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** A connection of a pool, from the wish for it to its end. */
final class PooledConnection implements ClientConnection.Listener {
  private enum State {
    CONNECTING,
    LIVE,
    CLOSED
  }

  private final TargetPool pool;
  private final UpstreamTarget target;
  private final ConnectionSettings settings;
  private final ConnectionObserver observer;
  private State state = State.CONNECTING;
  private @Nullable Channel channel;
  private @Nullable HappyEyeballs race;
  private @Nullable ClientConnection client;

  /** Of becoming ready, then of its life; null where neither is bounded. */
  private @Nullable Future<?> timer;

  /** Whether it is to end although it is not ready; what waits for it is the last it carries. */
  private boolean drainWhenReady;

  /** How many waiting streams count on this connection; kept by the pool. */
  int expected;

  /** Whether the pool lists it as having capacity. */
  boolean isAvailable;

  PooledConnection(
      TargetPool pool,
      UpstreamTarget target,
      ConnectionSettings settings,
      ConnectionObserver observer) {
    this.pool = pool;
    this.target = target;
    this.settings = settings;
    this.observer = observer;
  }

  UpstreamTarget target() {
    return target;
  }

  ConnectionSettings settings() {
    return settings;
  }

  ConnectionObserver observer() {
    return observer;
  }

  boolean isConnecting() {
    return state == State.CONNECTING;
  }

  /** Whether streams may wait for it: it is being opened, and not to end at once. */
  boolean isExpected() {
    return state == State.CONNECTING && !drainWhenReady;
  }

  int capacity() {
    return state == State.LIVE && client != null ? client.capacity() : 0;
  }

  /** Whether it is ready and carries nothing. */
  boolean isUnused() {
    return state == State.LIVE && activeStreams() == 0;
  }

  int activeStreams() {
    return client == null ? 0 : client.activeStreams();
  }

  void connecting(Channel channel, @Nullable Future<?> timer) {
    this.channel = channel;
    this.timer = timer;
  }

  /** The same where several addresses are tried. */
  void connecting(HappyEyeballs race, @Nullable Future<?> timer) {
    this.race = race;
    this.timer = timer;
  }

  /** Of several addresses this one is connected. */
  void connected(Channel channel) {
    this.channel = channel;
    race = null;
  }

  void carry(Wish wish) {
    ClientConnection ready = client;
    if (ready == null) {
      throw new IllegalStateException("a connection that is not ready was given a stream");
    }
    UpstreamStream stream = ready.open(wish.headers(), wish.endStream(), wish.receiver());
    wish.opening().onOpen(stream);
  }

  @Override
  public void onCapacity(ClientConnection connection) {
    if (state == State.CLOSED) {
      return;
    }
    client = connection;
    if (state == State.CONNECTING) {
      state = State.LIVE;
      stopTimer();
      observer.opened();
      if (settings.bounds().connectionDuration().isPositive()) {
        timer = pool.later(settings.bounds().connectionDuration(), this::onWorn);
      }
      if (drainWhenReady) {
        pool.onLast(this);
        return;
      }
    }
    pool.onCapacity(this);
  }

  @Override
  public void onUnanswered(ClientConnection connection) {
    observer.unanswered();
  }

  @Override
  public void onClosed(ClientConnection connection, String detail) {
    if (state == State.CONNECTING) {
      fail(ConnectFailure.Kind.PROTOCOL, "closed before it was ready: " + detail);
      return;
    }
    if (state == State.LIVE) {
      state = State.CLOSED;
      stopTimer();
      observer.closed();
      pool.onClosed(this);
    }
  }

  private void onWorn() {
    timer = null;
    if (state == State.LIVE) {
      observer.worn();
      pool.onWorn(this);
    }
  }

  /** It did not become ready. */
  void fail(ConnectFailure.Kind kind, String detail) {
    if (state != State.CONNECTING) {
      return;
    }
    state = State.CLOSED;
    stopTimer();
    if (channel != null) {
      channel.close();
    }
    if (race != null) {
      race.giveUp();
    }
    ConnectFailure failure =
        new ConnectFailure(
            kind, "connecting to " + target.cluster() + " at " + target.address() + ": " + detail);
    observer.failed(failure);
    observer.closed();
    pool.onFailed(this, failure);
  }

  void drain() {
    if (client != null) {
      client.drain();
    } else {
      drainWhenReady = true;
    }
  }

  private void stopTimer() {
    if (timer != null) {
      timer.cancel(false);
      timer = null;
    }
  }
}
