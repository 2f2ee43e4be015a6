package dev.weft.proxy.testkit;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** A peer that sends exactly the bytes it is told to, in the clear or within TLS. */
public final class RawClient implements AutoCloseable {
  private final Socket socket;

  /** What carries TLS; without TLS the same. */
  private final Socket wire;

  public RawClient(int port) throws IOException {
    this(new Socket("127.0.0.1", port));
  }

  public RawClient(Socket connected) throws IOException {
    this(connected, connected);
  }

  /** A client with a certificate that speaks HTTP/1.1 within TLS. */
  public static RawClient tls(TlsPeer identity, int port) throws IOException {
    Socket wire = new Socket("127.0.0.1", port);
    return new RawClient(identity.connect(wire, "http/1.1"), wire);
  }

  /** A client, in the clear if it has no identity, for which the system keeps little unread. */
  public static RawClient slow(TlsPeer identity, int port, String alpn) throws IOException {
    Socket wire = new Socket();
    wire.setReceiveBufferSize(4096);
    wire.connect(new InetSocketAddress("127.0.0.1", port));
    return new RawClient(identity == null ? wire : identity.connect(wire, alpn), wire);
  }

  RawClient(Socket connected, Socket wire) throws IOException {
    socket = connected;
    this.wire = wire;
    wire.setSoTimeout(10_000);
    wire.setTcpNoDelay(true);
  }

  /** Sends bytes, given as the characters of the same number. */
  public RawClient send(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Sends this and ends its side, in a thread of its own: for what does not fit into sockets. */
  public void sendAllApart(String bytes) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                send(bytes).endOutput();
              } catch (IOException e) {
                // The other side will not read the whole.
              }
            });
  }

  /** Ends the connection with a reset. */
  public void abort() throws IOException {
    wire.setSoLinger(true, 0);
    wire.close();
  }

  /** Sends no more, and reads on. */
  public void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Reads nothing until the sockets between are full, and no more arrives. */
  public void letSocketsFill() {
    AtomicInteger unread = new AtomicInteger();
    await("full sockets all the way")
        .during(Duration.ofMillis(300))
        .until(
            () -> {
              int now = wire.getInputStream().available();
              return now > 0 && unread.getAndSet(now) == now;
            });
  }

  /** Everything until the other side closes; a reset counts as a close. */
  public String readToEnd() throws IOException {
    StringBuilder read = new StringBuilder();
    InputStream in = socket.getInputStream();
    byte[] piece = new byte[8192];
    try {
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        read.append(new String(piece, 0, n, StandardCharsets.ISO_8859_1));
      }
    } catch (SocketTimeoutException e) {
      throw new IOException("neither more nor the end after: " + read, e);
    } catch (IOException e) {
      read.append("<reset>");
    }
    return read.toString();
  }

  /** Reads what is there, at least a byte; how many, or -1 at the end. */
  public int read() throws IOException {
    return socket.getInputStream().read(new byte[8192]);
  }

  /** The next byte, or -1 at the end; a reset throws. */
  public int next() throws IOException {
    return socket.getInputStream().read();
  }

  /** Reads until this text was read. */
  public String readUntil(String end) throws IOException {
    StringBuilder read = new StringBuilder();
    while (read.indexOf(end) < 0) {
      int b = socket.getInputStream().read();
      if (b < 0) {
        throw new IOException("closed after: " + read);
      }
      read.append((char) b);
    }
    return read.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
