package dev.weft.proxy.listener;

import dev.weft.proxy.config.CompiledChain;
import dev.weft.proxy.config.CompiledListener;
import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.loop.Workers;
import dev.weft.proxy.overload.Overload;
import dev.weft.proxy.overload.OverloadAction;
import dev.weft.proxy.stream.Keepalives;
import dev.weft.xds.model.SocketAddress;
import dev.weft.xds.model.TcpKeepalive;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A bound listener: its socket stays open while its configuration changes. */
final class ListenerSocket {
  private static final int BACKLOG = 4096;

  /** {@code IPV6_V6ONLY} of {@code IPPROTO_IPV6}, as Linux numbers them. */
  private static final ChannelOption<Integer> IPV6_ONLY =
      new IntegerUnixChannelOption("IPV6_V6ONLY", 41, 26);

  private final Workers workers;
  private final RuntimeHolder runtimes;
  private final Set<DownstreamConnection> connections = ConcurrentHashMap.newKeySet();
  private volatile CompiledListener config;
  private final Neighbours neighbours;
  private volatile @Nullable Channel socket;

  /** What listeners there are. */
  interface Neighbours {
    /** That of an address; null if there is none. From any thread. */
    @Nullable ListenerSocket at(InetSocketAddress address);
  }

  ListenerSocket(
      Workers workers, RuntimeHolder runtimes, CompiledListener config, Neighbours neighbours) {
    this.workers = workers;
    this.runtimes = runtimes;
    this.config = config;
    this.neighbours = neighbours;
  }

  CompiledListener config() {
    return config;
  }

  /** Binds, if it is to be bound; fails with the reason. */
  CompletableFuture<Void> bind(
      EventLoopGroup group, ChannelFactory<? extends ServerChannel> sockets) {
    SocketAddress address = config.config().address();
    if (address == null) {
      throw new IllegalArgumentException("listener " + config.name() + " has no address");
    }
    if (!config.config().bound()) {
      return CompletableFuture.completedFuture(null);
    }
    ServerBootstrap server =
        new ServerBootstrap()
            .group(group)
            .channelFactory(family(address, group, sockets))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    if (config.config().ipv6Only() && isEpoll(group)) {
      server.option(IPV6_ONLY, 1); // the sockets of the JDK take both, and there is no other way
    }
    ChannelFuture binding = server.bind(address.host(), address.port());
    CompletableFuture<Void> bound = new CompletableFuture<>();
    binding.addListener(
        done -> {
          if (done.isSuccess()) {
            socket = binding.channel();
            bound.complete(null);
          } else {
            bound.completeExceptionally(done.cause());
          }
        });
    return bound;
  }

  /** Sockets of the address's own family: one of IPv6 at 0.0.0.0 would take IPv6, too. */
  private static ChannelFactory<? extends ServerChannel> family(
      SocketAddress address, EventLoopGroup group, ChannelFactory<? extends ServerChannel> any) {
    boolean four = InetAddress.ofLiteral(address.host()) instanceof Inet4Address;
    return four && isEpoll(group)
        ? () -> new EpollServerSocketChannel(SocketProtocolFamily.INET)
        : any;
  }

  private static boolean isEpoll(EventLoopGroup group) {
    return group.next() instanceof IoEventLoop loop && loop.isCompatible(EpollIoHandle.class);
  }

  private void accept(Channel channel) {
    Worker worker = workers.of((EventLoop) channel.eventLoop());
    Overload overload = worker.overload();
    if (overload.sheds(OverloadAction.REJECT_INCOMING_CONNECTIONS, worker.random())) {
      config.stats().connectionRejected();
      channel.close();
      return;
    }
    if (connections.size() >= overload.plan().maxConnections(config.name())) {
      config.stats().connectionLimited();
      channel.close();
      return;
    }
    if (!overload.connectionOpened()) {
      config.stats().connectionShed();
      channel.close();
      return;
    }
    if (!worker.descriptors().takeClient(channel)) {
      overload.connectionClosed();
      config.stats().connectionShed();
      channel.close();
      return;
    }
    TcpKeepalive keepalive = config.config().keepalive();
    if (keepalive != null) {
      Keepalives.set(channel, keepalive);
    }
    DownstreamConnection connection =
        new DownstreamConnection(channel, config, worker, runtimes, this::handOver);
    connections.add(connection);
    channel
        .closeFuture()
        .addListener(
            closed -> {
              connections.remove(connection);
              overload.connectionClosed();
            });
    connection.start();
  }

  private @Nullable CompiledListener handOver(
      InetSocketAddress address, DownstreamConnection connection) {
    ListenerSocket other = neighbours.at(address);
    if (other == null) {
      return null;
    }
    if (other != this) {
      other.connections.add(connection);
      connection.channel().closeFuture().addListener(gone -> other.connections.remove(connection));
      connections.remove(connection);
    }
    return other.config;
  }

  /** Whether new connections are accepted, or wait. */
  void accepting(boolean accept) {
    Channel bound = socket;
    if (bound != null) {
      bound.config().setAutoRead(accept);
    }
  }

  /** Where it is bound, or takes connections over; null while it is to be bound and is not. */
  @Nullable InetSocketAddress address() {
    Channel bound = socket;
    SocketAddress address = config.config().address();
    if (address != null && !config.config().bound()) {
      return new InetSocketAddress(InetAddress.ofLiteral(address.host()), address.port());
    }
    return bound == null ? null : (InetSocketAddress) bound.localAddress();
  }

  /**
   * New connections take this from now on. Those whose chain is gone, or asks for other TLS, finish
   * what they carry; the others stay.
   */
  void update(CompiledListener changed) {
    config = changed;
    for (DownstreamConnection connection : connections) {
      CompiledChain chain = connection.chain();
      if (chain != null && changed.successor(chain) == null) {
        connection.channel().eventLoop().execute(connection::drain);
      }
    }
  }

  /** Stops accepting. */
  CompletableFuture<Void> close() {
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Channel bound = socket;
    socket = null;
    if (bound == null) {
      closed.complete(null);
    } else {
      bound.close().addListener(done -> closed.complete(null));
    }
    return closed;
  }

  /** Connections finish what they carry. */
  void drain() {
    for (DownstreamConnection connection : connections) {
      connection.channel().eventLoop().execute(connection::drain);
    }
  }

  /** Cuts what is left. */
  void cut() {
    connections.forEach(connection -> connection.channel().close());
  }

  Collection<DownstreamConnection> connections() {
    return connections;
  }
}
