package dev.weft.proxy.upstream;

import dev.weft.xds.model.SocketAddress;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.Errors.NativeIoException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where connections come from: one address of each family at most. */
public record LocalAddresses(List<InetSocketAddress> all) {
  /** Wherever the system has them come from. */
  public static final LocalAddresses ANY = new LocalAddresses(List.of());

  public LocalAddresses {
    all = List.copyOf(all);
  }

  /** These, in numbers. */
  public static LocalAddresses of(List<SocketAddress> sources) {
    return sources.isEmpty()
        ? ANY
        : new LocalAddresses(
            sources.stream()
                .map(
                    source ->
                        new InetSocketAddress(InetAddress.ofLiteral(source.host()), source.port()))
                .toList());
  }

  /** That of connections to there; null leaves it to the system. */
  @Nullable InetSocketAddress towards(InetSocketAddress there) {
    for (InetSocketAddress one : all) {
      if (one.getAddress().getClass() == there.getAddress().getClass()) {
        return one;
      }
    }
    return all.isEmpty() ? null : all.getFirst();
  }

  /** Has the system choose a port only once it knows both ends: there are more of them then. */
  void prepare(Channel channel) {
    if (!all.isEmpty() && channel instanceof EpollSocketChannel) {
      channel.config().setOption(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, true);
    }
  }

  /** What kind of failure this is of a connection that was not made. */
  ConnectFailure.Kind failure(Throwable cause, InetSocketAddress there) {
    InetSocketAddress own = towards(there);
    boolean here =
        own != null
            && (own.getAddress().getClass() != there.getAddress().getClass()
                || cause instanceof BindException
                || cause instanceof NativeIoException io
                    && String.valueOf(io.getMessage()).startsWith("bind("));
    return here ? ConnectFailure.Kind.LOCAL : ConnectFailure.Kind.REFUSED;
  }
}
