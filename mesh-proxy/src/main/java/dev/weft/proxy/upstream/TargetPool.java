package dev.weft.proxy.upstream;

import dev.weft.proxy.stream.ClientConnection;
import dev.weft.proxy.upstream.UpstreamPool.Queued;
import dev.weft.proxy.upstream.UpstreamPool.Wish;
import io.netty.util.concurrent.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * The connections of one loop to one target, and the streams that wait for them. The connection
 * used last is used next, so that those beyond need grow idle and close.
 */
final class TargetPool {
  // Before an HTTP/2 endpoint says how many streams it takes: the least that RFC 9113 recommends.
  private static final int EXPECTED_STREAMS = 100;

  /** How many connections one stream may have opened for those after it. */
  private static final int MOST_AHEAD = 3;

  /** Where the next connection leads; its equals' address may have changed. */
  private UpstreamTarget target;

  private final Connector connector;
  private final IntConsumer counted;
  private final Consumer<TargetPool> emptied;
  private final Set<PooledConnection> connections = new LinkedHashSet<>();
  private final ArrayDeque<PooledConnection> available = new ArrayDeque<>();
  private final LinkedHashSet<Queued> queue = new LinkedHashSet<>();
  private ConnectionSettings settings = ConnectionSettings.DEFAULTS;
  private boolean retired;

  /**
   * @param counted told of connections that come (1) and go (-1)
   * @param emptied told of this pool when it has neither connections nor streams that wait
   */
  TargetPool(
      UpstreamTarget target,
      Connector connector,
      IntConsumer counted,
      Consumer<TargetPool> emptied) {
    this.target = target;
    this.connector = connector;
    this.counted = counted;
    this.emptied = emptied;
  }

  Waiting open(
      UpstreamTarget equal, ConnectionSettings latest, ConnectionObserver observer, Wish wish) {
    target = equal;
    settings = latest;
    if (queue.isEmpty()) {
      PooledConnection connection = usable();
      if (connection != null) {
        connection.carry(wish);
        dropIfFull(connection);
        preconnect(observer);
        return Waiting.DONE;
      }
    }
    if (queue.size() >= settings.maxPending()) {
      wish.opening()
          .onFailure(
              new ConnectFailure(
                  ConnectFailure.Kind.OVERFLOW,
                  queue.size() + " streams wait for a connection to " + describe() + " already"));
      return Waiting.DONE;
    }
    Queued queued = new Queued(wish);
    queue.add(queued);
    expectConnection(queued, observer);
    preconnect(observer);
    return () -> cancel(queued);
  }

  private void cancel(Queued queued) {
    if (queue.remove(queued) && queued.expected != null) {
      queued.expected.expected--;
    }
  }

  private @org.jspecify.annotations.Nullable PooledConnection usable() {
    for (PooledConnection last = available.peekLast(); last != null; last = available.peekLast()) {
      if (last.capacity() > 0) {
        return last;
      }
      last.isAvailable = false;
      available.pollLast();
    }
    return null;
  }

  private void dropIfFull(PooledConnection connection) {
    if (connection.capacity() == 0 && connection.isAvailable) {
      connection.isAvailable = false;
      available.remove(connection);
    }
  }

  /** Finds a connection being opened with room for one more, or opens one if that is allowed. */
  private void expectConnection(Queued queued, ConnectionObserver observer) {
    int each =
        switch (target.protocol()) {
          case HTTP1, BYTES -> 1;
          case HTTP2, ALPN -> expectedStreams();
        };
    for (PooledConnection connection : connections) {
      if (connection.isExpected() && connection.expected < each) {
        queued.expected = connection;
        connection.expected++;
        return;
      }
    }
    if (!connections.isEmpty() && !mayOpenMore(observer)) {
      return;
    }
    PooledConnection opened = add(observer);
    queued.expected = opened;
    opened.expected = 1;
    connector.connect(opened);
  }

  private boolean mayOpenMore(ConnectionObserver observer) {
    return connections.size() < settings.maxConnections() && observer.mayOpen();
  }

  private PooledConnection add(ConnectionObserver observer) {
    PooledConnection opened = new PooledConnection(this, target, settings, observer);
    connections.add(opened);
    counted.accept(1);
    return opened;
  }

  /**
   * Opens connections for streams that may come, as many as the ratio asks for, a few at a time.
   */
  private void preconnect(ConnectionObserver observer) {
    double ratio = settings.preconnectRatio();
    if (ratio == 1) {
      return;
    }
    int each = mostStreams();
    long carried = 0;
    long spare = 0;
    for (PooledConnection connection : connections) {
      carried += connection.activeStreams();
      spare += connection.isExpected() ? each : connection.capacity();
    }
    double wanted = (queue.size() + carried) * ratio;
    for (int i = 0; i < MOST_AHEAD && wanted > spare + carried && mayOpenMore(observer); i++) {
      connector.connect(add(observer));
      spare += each;
    }
  }

  /** What a connection that is being opened will carry at once, as far as it is known here. */
  private int mostStreams() {
    int requests = settings.maxRequests() > 0 ? settings.maxRequests() : Integer.MAX_VALUE;
    return switch (target.protocol()) {
      case HTTP1, BYTES -> 1;
      case HTTP2, ALPN -> Math.min(settings.maxStreams(), requests);
    };
  }

  private int expectedStreams() {
    return Math.max(1, Math.min(EXPECTED_STREAMS, settings.maxStreams()));
  }

  /** A connection can take streams: those that wait longest go first. */
  void onCapacity(PooledConnection connection) {
    while (!queue.isEmpty() && connection.capacity() > 0) {
      Iterator<Queued> oldest = queue.iterator();
      Queued queued = oldest.next();
      oldest.remove();
      if (queued.expected != null) {
        queued.expected.expected--;
      }
      connection.carry(queued.wish);
    }
    if (connection.isUnused() && connector.isCrowded()) {
      // Kept here it would be missing elsewhere.
      connection.drain();
    }
    if (connection.capacity() > 0 && !connection.isAvailable) {
      connection.isAvailable = true;
      available.addLast(connection);
    }
    dropIfFull(connection);
    reassign(connection);
  }

  /** A connection is ready that is to end: it carries what waits for it, and no more. */
  void onLast(PooledConnection connection) {
    for (Queued queued : new ArrayList<>(queue)) {
      if (queued.expected == connection && connection.capacity() > 0 && queue.remove(queued)) {
        connection.expected--;
        connection.carry(queued.wish);
      }
    }
    reassign(connection);
    connection.drain();
  }

  /** What still waits for this connection, which has become full or failed, needs another one. */
  private void reassign(PooledConnection connection) {
    if (connection.expected == 0 || connection.isConnecting()) {
      return;
    }
    for (Queued queued : new ArrayList<>(queue)) {
      if (queued.expected == connection) {
        queued.expected = null;
        connection.expected--;
        expectConnection(queued, connection.observer());
      }
    }
  }

  /** It could not be opened: what waits for it fails with it. */
  void onFailed(PooledConnection connection, ConnectFailure failure) {
    forget(connection);
    List<Queued> failed = new ArrayList<>();
    for (Queued queued : queue) {
      if (queued.expected == connection) {
        failed.add(queued);
      }
    }
    // Removed before any is told: the answer may be another try on this very pool.
    queue.removeAll(failed);
    for (Queued queued : failed) {
      queued.wish.opening().onFailure(failure);
    }
    serveUnassigned(connection.observer());
    tellIfEmpty();
  }

  void onClosed(PooledConnection connection) {
    forget(connection);
    serveUnassigned(connection.observer());
    tellIfEmpty();
  }

  private void tellIfEmpty() {
    if (!retired && connections.isEmpty() && queue.isEmpty()) {
      emptied.accept(this);
    }
  }

  private void forget(PooledConnection connection) {
    if (connections.remove(connection)) {
      counted.accept(-1);
    }
    if (connection.isAvailable) {
      connection.isAvailable = false;
      available.remove(connection);
    }
  }

  /** Streams that were held back may now open the connection that they could not open before. */
  private void serveUnassigned(ConnectionObserver observer) {
    if (retired) {
      return;
    }
    for (Queued queued : new ArrayList<>(queue)) {
      if (queued.expected == null && queue.contains(queued)) {
        expectConnection(queued, observer);
      }
    }
  }

  /**
   * The connections that there are take no more streams; those that are being opened carry what
   * waits for them.
   */
  void renew() {
    new ArrayList<>(connections).forEach(this::onWorn);
  }

  /** It has lived as long as it may: it takes no more streams, and others take its place. */
  void onWorn(PooledConnection connection) {
    if (connection.isAvailable) {
      connection.isAvailable = false;
      available.remove(connection);
    }
    connection.drain();
  }

  /** Says so after a time, unless that is cancelled. */
  Future<?> later(Duration wait, Runnable what) {
    return connector.later(wait, what);
  }

  /** Whether it carries nothing, and nothing waits for it. */
  boolean isIdle() {
    return queue.isEmpty() && connections.stream().allMatch(PooledConnection::isUnused);
  }

  void retire() {
    retired = true;
    List<Queued> waiting = new ArrayList<>(queue);
    queue.clear();
    available.clear();
    for (PooledConnection connection : new ArrayList<>(connections)) {
      connection.isAvailable = false;
      connection.drain();
    }
    for (Queued queued : waiting) {
      queued
          .wish
          .opening()
          .onFailure(
              new ConnectFailure(
                  ConnectFailure.Kind.CLOSED, "connections to " + describe() + " are closing"));
    }
  }

  private String describe() {
    return target.cluster() + " at " + target.address();
  }

  /** Keeps a connection by its protocol's own view of who may use it. */
  static ClientConnection.Limits limits(ConnectionSettings settings) {
    return new ClientConnection.Limits(
        settings.maxStreams(),
        settings.maxRequests(),
        settings.idleTimeout(),
        settings.pings(),
        settings.properCase(),
        settings.bounds().headers(),
        settings.bounds().headerBytes());
  }
}
