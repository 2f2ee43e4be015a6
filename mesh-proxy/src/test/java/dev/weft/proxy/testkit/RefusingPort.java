package dev.weft.proxy.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/** A port of the loopback interface that refuses connections, and that nobody else can get. */
public final class RefusingPort implements AutoCloseable {
  /** Bound, and not listening. */
  private final Socket bound = new Socket();

  private final int number;

  public RefusingPort() throws IOException {
    this(0);
  }

  /** One that somebody has just left. */
  RefusingPort(int port) throws IOException {
    bound.setReuseAddress(port != 0); // what is left of closed connections does not count
    bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    bound.setReuseAddress(false); // and from now on nobody shares it
    number = bound.getLocalPort();
  }

  public int number() {
    return number;
  }

  @Override
  public void close() throws IOException {
    bound.close();
  }
}
