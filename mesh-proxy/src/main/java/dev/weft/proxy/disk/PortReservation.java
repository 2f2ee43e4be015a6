package dev.weft.proxy.disk;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Holds a port for a listener whose configuration is still on its way: bound, not listening, so
 * that no other process takes it and nobody connects to it. Closed just before the listener binds.
 */
public final class PortReservation implements AutoCloseable {
  /** Below what Linux gives to clients, so that a kept port is likely to be free at a restart. */
  private static final int FIRST = 20_000;

  private static final int LAST = 32_000;
  private static final int TRIES = 200;

  private final SocketChannel holder;
  private final int port;

  private PortReservation(SocketChannel holder, int port) {
    this.holder = holder;
    this.port = port;
  }

  /**
   * Reserves a port.
   *
   * @param wanted 0 for any
   * @param kept of an earlier run, taken for any if it is free; 0 for none
   * @throws IOException if the wanted port is in use, or none is free
   */
  public static PortReservation reserve(String host, int wanted, int kept, RandomGenerator random)
      throws IOException {
    if (wanted != 0) {
      PortReservation reserved = tryReserve(host, wanted);
      if (reserved == null) {
        throw new IOException(
            host + ":" + wanted + " is in use; free it, or give port 0 for any free one");
      }
      return reserved;
    }
    PortReservation again = kept == 0 ? null : tryReserve(host, kept);
    if (again != null) {
      return again;
    }
    for (int i = 0; i < TRIES; i++) {
      PortReservation reserved = exclusive(host, random.nextInt(FIRST, LAST));
      if (reserved != null) {
        return reserved;
      }
    }
    throw new IOException("no free port found on " + host + " from " + FIRST + " to " + LAST);
  }

  private static @Nullable PortReservation tryReserve(String host, int port) throws IOException {
    PortReservation reserved = exclusive(host, port);
    return reserved != null ? reserved : besideClosingConnections(host, port);
  }

  private static @Nullable PortReservation exclusive(String host, int port) throws IOException {
    return bind(host, port, false);
  }

  /** After a restart connections of the last run may still linger on the port: no hindrance. */
  private static @Nullable PortReservation besideClosingConnections(String host, int port)
      throws IOException {
    try (ServerSocket probe = new ServerSocket()) {
      probe.setReuseAddress(true);
      probe.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      return null;
    }
    return bind(host, port, true);
  }

  private static @Nullable PortReservation bind(String host, int port, boolean reuse)
      throws IOException {
    SocketChannel holder = SocketChannel.open();
    try {
      holder.setOption(StandardSocketOptions.SO_REUSEADDR, reuse);
      holder.bind(new InetSocketAddress(host, port));
      return new PortReservation(holder, port);
    } catch (IOException e) {
      holder.close();
      return null;
    }
  }

  /** The port. */
  public int port() {
    return port;
  }

  /** Gives it free. */
  @Override
  public void close() throws IOException {
    holder.close();
  }
}
