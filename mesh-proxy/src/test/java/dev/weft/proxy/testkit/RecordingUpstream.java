package dev.weft.proxy.testkit;

import static dev.weft.proxy.testkit.Soon.await;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.ssl.ReferenceCountedOpenSslEngine;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.internal.tcnative.SSL;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * An endpoint that keeps exactly what arrives: heads, bodies, ends and cuts. It answers 200 {@code
 * ok} to a complete request, unless told otherwise.
 */
public final class RecordingUpstream implements AutoCloseable {
  private static final int SEND_BUFFER = 64 * 1024;
  private static final Consumer<Arrival> OK = arrival -> arrival.answer(200, "ok");

  private final List<Arrival> arrivals = new CopyOnWriteArrayList<>();
  private final Set<Integer> resumed = ConcurrentHashMap.newKeySet();
  private final Map<Integer, String> serverNames = new ConcurrentHashMap<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE);
  private final Channel listening;
  private volatile Consumer<Arrival> onHead = arrival -> {};
  private volatile Consumer<Arrival> onEnd = OK;

  /**
   * @param identity null for plaintext
   */
  public RecordingUpstream(Vertx vertx, boolean http2, TlsPeer identity) {
    this(vertx, http2, identity == null ? null : identity.server(http2 ? "h2" : "http/1.1"), 0);
  }

  /**
   * @param tls null for plaintext
   * @param port 0 for any that is free
   */
  public RecordingUpstream(Vertx vertx, boolean http2, SslContext tls, int port) {
    VertxInternal internal = (VertxInternal) vertx;
    listening =
        new ServerBootstrap()
            .group(internal.nettyEventLoopGroup())
            .channelFactory(internal.transport().serverChannelFactory(false))
            // What waits shall wait here, not in the kernel.
            .childOption(ChannelOption.SO_SNDBUF, SEND_BUFFER)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    open.add(channel);
                    int number = connections.incrementAndGet();
                    if (tls != null) {
                      SslHandler handshake = tls.newHandler(channel.alloc());
                      handshake
                          .handshakeFuture()
                          .addListener(done -> noteSession(handshake, number));
                      channel.pipeline().addLast(handshake);
                    }
                    if (http2) {
                      Http2Recorder.install(channel, RecordingUpstream.this, number);
                    } else {
                      channel.pipeline().addLast(new Http1Recorder(RecordingUpstream.this, number));
                    }
                  }
                })
            .bind("127.0.0.1", port)
            .syncUninterruptibly()
            .channel();
  }

  private void noteSession(SslHandler handshake, int connection) {
    if (handshake.handshakeFuture().isSuccess()
        && handshake.engine() instanceof ReferenceCountedOpenSslEngine engine) {
      if (SSL.isSessionReused(engine.sslPointer())) {
        resumed.add(connection);
      }
      String name = SSL.getSniHostname(engine.sslPointer());
      if (name != null) {
        serverNames.put(connection, name);
      }
    }
  }

  /** The server name that a connection asked for over TLS, as it did; empty for none. */
  public String serverName(int connection) {
    return serverNames.getOrDefault(connection, "");
  }

  /** Whether a connection went on with a TLS session of one before. */
  public boolean resumed(int connection) {
    return resumed.contains(connection);
  }

  public int port() {
    return ((InetSocketAddress) listening.localAddress()).getPort();
  }

  /** Every request, in the order of their heads. */
  public List<Arrival> arrivals() {
    return arrivals;
  }

  /** The paths of {@link #arrivals}. */
  public List<String> paths() {
    return arrivals.stream().map(Arrival::path).toList();
  }

  /** How many connections were accepted since it was started. */
  public int connections() {
    return connections.get();
  }

  /** How many are open. */
  public int openConnections() {
    return open.size();
  }

  /** The request to this path, once its head is here. */
  public Arrival arrival(String path) {
    await("the head of " + path).until(() -> paths().contains(path));
    return arrivals.stream().filter(a -> path.equals(a.path())).findFirst().orElseThrow();
  }

  /** Starts anew: nothing has arrived, and everything complete is answered with 200. */
  public void forget() {
    arrivals.clear();
    onHead = arrival -> {};
    onEnd = OK;
  }

  /** What is done with a complete request instead of the answer. */
  public RecordingUpstream onEnd(Consumer<Arrival> action) {
    onEnd = action;
    return this;
  }

  /** What is done when a head is here, whatever follows. */
  public RecordingUpstream onHead(Consumer<Arrival> action) {
    onHead = action;
    return this;
  }

  void head(Arrival arrival) {
    arrivals.add(arrival);
    onHead.accept(arrival);
  }

  void end(Arrival arrival) {
    arrival.onEnd();
    onEnd.accept(arrival);
  }

  /** Closes its connections; new ones are accepted. */
  public void closeConnections() {
    open.close().syncUninterruptibly();
  }

  @Override
  public void close() {
    listening.close().syncUninterruptibly();
    closeConnections();
  }
}
