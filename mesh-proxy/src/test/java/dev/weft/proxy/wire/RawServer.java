package dev.weft.proxy.wire;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** An endpoint that answers exactly the bytes it is told to. */
final class RawServer implements AutoCloseable {
  private static final int BACKLOG = 16;

  private final ServerSocket listening;

  RawServer() throws IOException {
    listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    listening.setSoTimeout(10_000);
  }

  int port() {
    return listening.getLocalPort();
  }

  /** The next connection, once it is there. */
  RawClient accept() throws IOException {
    return new RawClient(listening.accept());
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
