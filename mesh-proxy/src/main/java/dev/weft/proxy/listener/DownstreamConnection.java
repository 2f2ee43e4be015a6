package dev.weft.proxy.listener;

import dev.weft.proxy.config.ActiveConnectionLimit;
import dev.weft.proxy.config.CompiledChain;
import dev.weft.proxy.config.CompiledHttp;
import dev.weft.proxy.config.CompiledListener;
import dev.weft.proxy.config.CompiledTcp;
import dev.weft.proxy.config.ProxyHeaderRules;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.http.HttpConnection;
import dev.weft.proxy.http1.Http1ServerConnection;
import dev.weft.proxy.http2.Http2ServerConnection;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.ServerConnection;
import dev.weft.proxy.tcp.TcpForwarder;
import dev.weft.proxy.tls.PeerIdentities;
import dev.weft.proxy.tls.PeerIdentity;
import dev.weft.proxy.tls.ServerContext;
import dev.weft.proxy.tls.TlsSession;
import dev.weft.xds.match.ConnectionAttributes;
import dev.weft.xds.model.DownstreamTls;
import dev.weft.xds.model.OriginalDestination;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An accepted connection on its way through: filter chain → TLS → protocol → HTTP or a relay. It
 * keeps the chain it was given. Confined to its loop, but for {@link #chain}.
 */
final class DownstreamConnection {
  private static final Logger LOG = LoggerFactory.getLogger(DownstreamConnection.class);

  private final Channel channel;
  private final ConnectionEnds ends;
  private final Handover handover;
  private final Worker worker;
  private final RuntimeHolder runtimes;
  private volatile @Nullable CompiledChain chain;
  private @Nullable String serverName;

  /** The one that it came to, or that it was handed over to. */
  private CompiledListener listener;

  private boolean handedOver;

  /** Whether it is among its listener's. */
  private boolean counted;

  private @Nullable ServerConnection http;
  private boolean draining;

  /** It exceeds its chain's limit and is closed after a while. */
  private boolean unserved;

  /** Finds the listener of the address that a connection led to. */
  interface Handover {
    /** Makes the connection that listener's; null if there is none. */
    @Nullable CompiledListener to(InetSocketAddress address, DownstreamConnection connection);
  }

  DownstreamConnection(
      Channel channel,
      CompiledListener listener,
      Worker worker,
      RuntimeHolder runtimes,
      Handover handover) {
    this.channel = channel;
    this.ends = new ConnectionEnds(channel);
    this.handover = handover;
    this.listener = listener;
    this.worker = worker;
    this.runtimes = runtimes;
  }

  /** The chain it belongs to; null while that is not decided. From any thread. */
  @Nullable CompiledChain chain() {
    return chain;
  }

  Channel channel() {
    return channel;
  }

  /** Begins with what the socket alone tells. */
  void start() {
    if (!enter()) {
      channel.close();
    }
  }

  /** Looks for its chain in its listener, now or once there are bytes; false if there is none. */
  private boolean enter() {
    if (!mayLeave()) {
      count();
    }
    long timeout = listener.config().listenerFiltersTimeout().toNanos();
    ProxyHeaderRules headers = listener.proxyHeaders();
    if (headers == null) {
      return select(timeout);
    }
    OriginalDestination original = listener.config().originalDestination();
    if (original != null && !original.afterHeader()) {
      ends.askSystem();
    }
    channel.pipeline().addLast(new ProxyHeaderReader(this, headers, timeout));
    return true;
  }

  /** Whether another listener may still get it. */
  private boolean mayLeave() {
    OriginalDestination original = listener.config().originalDestination();
    return !handedOver && original != null && original.handsOver();
  }

  /** Counts it at the listener that keeps it. */
  private void count() {
    if (!counted) {
      counted = true;
      CompiledListener keeper = listener;
      keeper.stats().connectionOpened();
      channel.closeFuture().addListener(closed -> keeper.stats().connectionClosed());
    }
  }

  /** Chooses the chain, now or once there are bytes; false if there is none. */
  private boolean select(long timeoutNanos) {
    OriginalDestination original = listener.config().originalDestination();
    if (original != null && original.afterHeader()) {
      ends.askSystem();
    }
    if (!listener.inspects()) {
      return onSelected(null, List.of());
    }
    channel.pipeline().addLast(new ChainSelector(this, listener, timeoutNanos));
    return true;
  }

  /**
   * The PROXY header was read, or there is none.
   *
   * @param leftNanos of the time for choosing a chain; 0 for no limit
   * @return false if the connection has to be closed
   */
  boolean onHeader(ProxyHeader.@Nullable Found header, long leftNanos) {
    if (header != null) {
      ends.onHeader(header);
    }
    return select(leftNanos);
  }

  void onBrokenHeader(String problem) {
    LOG.debug("listener {}: {} sent {}", listener.name(), channel.remoteAddress(), problem);
  }

  /**
   * Nothing, or too little, has come in time.
   *
   * @param plaintext whether nothing says that it is TLS
   * @return whether it goes on as a connection without TLS; if not, it is closed
   */
  boolean onSelectionTimeout(boolean plaintext) {
    listener.stats().preConnectionTimeout();
    if (plaintext && listener.config().continueOnFiltersTimeout() && onSelected(null, List.of())) {
      return true;
    }
    channel.close();
    return false;
  }

  void onBroken(String problem) {
    LOG.debug("listener {}: {} sent {}", listener.name(), channel.remoteAddress(), problem);
    listener.stats().handshakeFailed();
    channel.close();
  }

  void onOverlong() {
    LOG.debug(
        "listener {}: {} sent no line within {} bytes",
        listener.name(),
        channel.remoteAddress(),
        FirstLine.MAX_BYTES);
    channel.close();
  }

  /**
   * The first bytes are known, or need not be.
   *
   * @param hello null if it is not TLS, or was not looked at
   * @param protocols what the client offers by ALPN, or was seen to speak
   * @return false if the connection has to be closed
   */
  boolean onSelected(ClientHello.@Nullable Hello hello, List<String> protocols) {
    if (mayLeave()) {
      InetSocketAddress restored = ends.restored();
      CompiledListener other = restored == null ? null : handover.to(restored, this);
      handedOver = true;
      if (other != null) {
        listener = other;
        return other.inspects() || other.proxyHeaders() != null
            ? enter()
            : choose(hello, protocols);
      }
    }
    return choose(hello, protocols);
  }

  /** Goes on with the chain for it; false if there is none. */
  private boolean choose(ClientHello.@Nullable Hello hello, List<String> protocols) {
    count();
    InetSocketAddress peer = ends.peer();
    InetSocketAddress remote = ends.remote();
    InetSocketAddress local = ends.local();
    if (peer == null || remote == null || local == null) {
      return false; // gone already
    }
    serverName = hello == null ? null : hello.serverName();
    CompiledChain chosen =
        listener.choose(
            new ConnectionAttributes(
                local,
                serverName,
                hello == null ? ConnectionAttributes.RAW_BUFFER : ConnectionAttributes.TLS,
                protocols,
                peer,
                remote));
    if (chosen == null) {
      LOG.debug("listener {}: no chain for {}, SNI {}", listener.name(), remote, serverName);
      listener.stats().noFilterChainMatch();
      return false;
    }
    if (chosen.limit() != null && !admitted(chosen.limit())) {
      return false;
    }
    chain = chosen;
    DownstreamTls settings = chosen.config().tls();
    if (chosen.tls() == null || settings == null) {
      begin(chosen, null);
      return true;
    }
    ServerContext context = chosen.tls().server();
    if (context == null) {
      LOG.warn(
          "listener {}: closed a connection, for its certificate or trust bundle has not arrived"
              + " yet",
          listener.name());
      listener.stats().handshakeFailed();
      return false;
    }
    Duration timeout = chosen.config().tlsHandshakeTimeout();
    channel
        .pipeline()
        .addLast(
            CertificateSelector.first(context, settings, timeout, channel.alloc()),
            new TlsHandshake(this));
    return true;
  }

  /** False for a connection that is closed at once, as there are too many. */
  private boolean admitted(ActiveConnectionLimit limit) {
    ActiveConnectionLimit.Verdict verdict = limit.enter();
    channel.closeFuture().addListener(closed -> limit.leave(verdict));
    if (verdict == ActiveConnectionLimit.Verdict.WAITS) {
      unserved = true;
      closeAfter(limit.delay());
    }
    return verdict != ActiveConnectionLimit.Verdict.CLOSED;
  }

  private void closeAfter(Duration delay) {
    var timer =
        worker.loop().schedule(() -> channel.close(), delay.toNanos(), TimeUnit.NANOSECONDS);
    channel.closeFuture().addListener(closed -> timer.cancel(false));
  }

  void onSecured() {
    listener.stats().handshake();
    CompiledChain chosen = chain;
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    if (chosen != null && tls != null) {
      begin(chosen, tls);
    }
  }

  void onNotSecured(Throwable cause) {
    LOG.debug(
        "listener {}: no TLS with {}: {}",
        listener.name(),
        channel.remoteAddress(),
        cause.getMessage());
    listener.stats().handshakeFailed();
    channel.close();
  }

  private void begin(CompiledChain chosen, @Nullable SslHandler tls) {
    if (draining) {
      channel.close();
      return;
    }
    if (unserved) {
      channel.pipeline().addLast(new Unheard());
      return;
    }
    switch (chosen.handler()) {
      case CompiledTcp tcp ->
          new TcpForwarder(worker, runtimes, tcp, channel, info(tls, false)).start();
      case CompiledHttp manager -> {
        String agreed = tls == null ? null : tls.applicationProtocol();
        switch (manager.manager().codec()) {
          case HTTP1 -> serve(chosen, manager, tls, false);
          case HTTP2 -> serve(chosen, manager, tls, true);
          case AUTO -> {
            if (ApplicationProtocolNames.HTTP_2.equals(agreed)) {
              serve(chosen, manager, tls, true);
            } else if (ApplicationProtocolNames.HTTP_1_1.equals(agreed)) {
              serve(chosen, manager, tls, false);
            } else {
              channel
                  .pipeline()
                  .addLast(
                      new ProtocolDetector(
                          http2 -> serve(chosen, manager, tls, http2),
                          manager.manager().idleTimeout(),
                          listener.config().listenerFiltersTimeout()));
            }
          }
        }
      }
    }
  }

  private ConnectionInfo info(@Nullable SslHandler tls, boolean http2) {
    PeerIdentity peer = tls == null ? null : PeerIdentities.of(tls.engine().getSession());
    return ends.complete(
        new ConnectionInfo(
            ends.local(),
            ends.remote(),
            tls != null,
            peer,
            serverName,
            http2,
            tls == null ? null : TlsSession.of(tls.engine().getSession())));
  }

  private void serve(
      CompiledChain chosen, CompiledHttp manager, @Nullable SslHandler tls, boolean http2) {
    if (channel.remoteAddress() == null) {
      channel.close();
      return;
    }
    ConnectionInfo info = info(tls, http2);
    manager.stats().connectionOpened(http2, info.tls());
    channel
        .closeFuture()
        .addListener(closed -> manager.stats().connectionClosed(http2, info.tls()));
    HttpConnection requests = new HttpConnection(worker, runtimes, chosen, manager, info);
    ServerConnection connection =
        http2
            ? Http2ServerConnection.create(
                manager.server(), info, requests, worker.flushes(), worker.windows())
            : new Http1ServerConnection(manager.server(), info, requests, worker.flushes());
    requests.follow(connection);
    http = connection;
    ChannelPipeline pipeline = channel.pipeline();
    pipeline.addLast(connection);
    Duration longest = manager.manager().maxConnectionDuration();
    if (longest.isPositive()) {
      var timer = worker.loop().schedule(this::drain, longest.toNanos(), TimeUnit.NANOSECONDS);
      channel.closeFuture().addListener(closed -> timer.cancel(false));
    }
    if (draining) {
      connection.drain();
    }
  }

  /** Lets requests in flight finish and takes no more. A relay goes on until it is closed. */
  void drain() {
    draining = true;
    if (http != null) {
      http.drain();
    } else if (chain == null || unserved) {
      channel.close();
    }
  }
}
