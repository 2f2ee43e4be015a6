package dev.weft.proxy.transport;

import io.netty.channel.IoHandlerFactory;
import io.vertx.core.VertxBuilder;
import io.vertx.core.impl.transports.EpollTransport;
import io.vertx.core.impl.transports.TransportInternal;

/** How event loops wait for sockets: by epoll where the system has it. */
public final class NativeTransport {
  private NativeTransport() {}

  /** Has the builder's Vert.x use it; without epoll its own choice stays. */
  public static VertxBuilder on(VertxBuilder builder) {
    EpollTransport epoll =
        new EpollTransport() {
          @Override
          public IoHandlerFactory ioHandlerFactory() {
            return SteadyEpoll.of(super.ioHandlerFactory());
          }
        };
    return epoll.isAvailable()
        ? builder.withTransport(new TransportInternal("epoll", true, null, epoll))
        : builder;
  }
}
