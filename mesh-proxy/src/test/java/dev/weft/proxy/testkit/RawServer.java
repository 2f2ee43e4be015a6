package dev.weft.proxy.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** An endpoint that answers exactly the bytes it is told to, in the clear or within TLS. */
public final class RawServer implements AutoCloseable {
  private static final int BACKLOG = 128;

  private final ServerSocket listening;

  /** Null for none. */
  private final TlsPeer tls;

  public RawServer() throws IOException {
    this(null);
  }

  /** An endpoint that proves this identity and asks for one, unless it is null. */
  public RawServer(TlsPeer identity) throws IOException {
    tls = identity;
    listening = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    listening.setSoTimeout(10_000);
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** The next connection, once it is there. */
  public RawClient accept() throws IOException {
    Socket wire = listening.accept();
    return tls == null ? new RawClient(wire) : new RawClient(tls.accept(wire, "http/1.1"), wire);
  }

  @Override
  public void close() throws IOException {
    listening.close();
  }
}
