package dev.weft.proxy.differential;

import dev.weft.proxy.testkit.RawClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;

/** An endpoint that holds a conversation in bytes on each connection. */
final class TcpUpstream implements AutoCloseable {
  private static final int BACKLOG = 50;
  private static final List<Call.Step> ECHO = List.of(new Call.Step.Echo());

  private final ServerSocket listening =
      new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
  private final Function<Talk, Answer> begin;

  /** A connection and what was read on it. */
  static final class Talk {
    private final StringBuffer read = new StringBuffer();
    private volatile boolean over;

    String read() {
      return read.toString();
    }

    boolean over() {
      return over;
    }
  }

  /**
   * @param begin told of each connection, says what to do
   */
  TcpUpstream(Function<Talk, Answer> begin) throws IOException {
    this.begin = begin;
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listening.accept();
        open.add(socket);
        Thread.ofVirtual().start(() -> talk(socket));
      }
    } catch (IOException e) {
      // It was closed.
    }
  }

  private void talk(Socket socket) {
    Talk talk = new Talk();
    Answer answer = begin.apply(talk);
    try (RawClient peer = new RawClient(socket)) {
      Conversation.hold(
          peer, answer.steps().isEmpty() ? ECHO : answer.steps(), text -> talk.read.append(text));
    } catch (IOException e) {
      talk.read.append("<cut>");
    } finally {
      talk.over = true;
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
