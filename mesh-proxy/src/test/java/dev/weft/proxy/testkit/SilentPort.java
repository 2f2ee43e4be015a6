package dev.weft.proxy.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;

/**
 * A port of the loopback interface that answers no connection: its queue is full, and nobody
 * accepts.
 */
public final class SilentPort implements AutoCloseable {
  private static final int MOST = 64;
  private static final int PATIENCE_MILLIS = 100;

  private final ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  private final List<Socket> queued = new ArrayList<>();

  public SilentPort() throws IOException {
    InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), listening.getLocalPort());
    while (queued.size() < MOST) {
      Socket one = new Socket();
      queued.add(one);
      try {
        one.connect(address, PATIENCE_MILLIS);
      } catch (SocketTimeoutException e) {
        return;
      }
    }
    throw new IllegalStateException("a queue of one took " + MOST + " connections");
  }

  public int number() {
    return listening.getLocalPort();
  }

  @Override
  public void close() throws IOException {
    for (Socket one : queued) {
      one.close();
    }
    listening.close();
  }
}
