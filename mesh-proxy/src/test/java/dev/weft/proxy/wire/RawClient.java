package dev.weft.proxy.wire;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** A client that sends exactly the bytes it is told to. */
final class RawClient implements AutoCloseable {
  private final Socket socket;

  RawClient(int port) throws IOException {
    this(new Socket("127.0.0.1", port));
  }

  RawClient(Socket connected) throws IOException {
    socket = connected;
    socket.setSoTimeout(10_000);
    socket.setTcpNoDelay(true);
  }

  RawClient send(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
    return this;
  }

  /** Ends the connection with a reset. */
  void abort() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** Sends no more, and reads on. */
  void endOutput() throws IOException {
    socket.shutdownOutput();
  }

  /** Everything until the other side closes; a reset counts as a close. */
  String readToEnd() throws IOException {
    StringBuilder read = new StringBuilder();
    InputStream in = socket.getInputStream();
    try {
      for (int b = in.read(); b >= 0; b = in.read()) {
        read.append((char) b);
      }
    } catch (SocketException e) {
      read.append("<reset>");
    }
    return read.toString();
  }

  /** Reads until this text was read. */
  String readUntil(String end) throws IOException {
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
