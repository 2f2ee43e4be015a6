package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.overload.Memory;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.RawClient;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * H46 to H48: messages pass a sidecar as bytes, so that nothing that they say of themselves, their
 * length or their compression, makes it allocate or inflate anything; a large one waits for its
 * reader.
 */
@EnabledOnOs(OS.LINUX)
class GrpcHostileMessagesTest {
  /** What the buffers of the allocator that is used take. */
  private static final Memory MEMORY = new Memory();

  private static final String PIECE = "x".repeat(64 * 1024);
  private static final long LENGTH = 512L * PIECE.length();

  @RegisterExtension static final PairMesh pairs = new PairMesh();

  private static Client.Reply call(
      Pair pair, String path, Map<String, String> headers, String body) {
    return pairs.client(pair).call(pairs.port(pair), HttpMethod.POST, path, headers, body);
  }

  private static String bytes(int... values) {
    StringBuilder text = new StringBuilder();
    for (int value : values) {
      text.append((char) value);
    }
    return text.toString();
  }

  static Stream<Arguments> messages() {
    return Pair.times(
        Pair.all(),
        List.of(
            new Pair.Row("H47 4 GiB", "identity", bytes(0, 127, 127, 127, 127) + "short"),
            new Pair.Row("H47 half a prefix", "identity", bytes(0, 0, 0)),
            new Pair.Row("H47 a flag that is none", "identity", bytes(7, 0, 0, 0, 1) + "x"),
            new Pair.Row("H48 says to be gzip", "gzip", bytes(1, 0, 0, 0, 4) + bytes(31, 8, 8, 0)),
            new Pair.Row("H48 says nothing", "nonsense", bytes(1, 0, 0, 0, 1) + "x")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("messages")
  void aMessagePassesAsItIs(String name, Pair pair, String encoding, String message) {
    pairs
        .upstream(pair)
        .onEnd(
            arrival -> {
              arrival.head(200, "content-type", "application/grpc", "grpc-encoding", encoding);
              arrival.data(arrival.body(), false);
              arrival.trailers("grpc-status", "0");
            });
    long before = MEMORY.direct();
    Client.Reply reply =
        call(
            pair,
            "/a.B/C",
            Map.of("content-type", "application/grpc", "grpc-encoding", encoding),
            message);

    assertThat(reply.body()).isEqualTo(message);
    assertThat(reply.header("grpc-encoding")).isEqualTo(encoding);
    assertThat(reply.trailers().get("grpc-status")).isEqualTo("0");
    assertThat(pairs.upstream(pair).arrival("/a.B/C").body()).isEqualTo(message);
    assertThat(before).as("what is measured").isPositive();
    assertThat(MEMORY.direct() - before).isLessThan(64L << 20);
  }

  @ParameterizedTest(name = "H46 {0}")
  @EnumSource
  void h46AMessageOverAnyLimitWaitsForItsReader(Pair pair) throws Exception {
    List<HttpServerRequest> waiting = new CopyOnWriteArrayList<>();
    try (Backend slow =
        Backend.start(
            pairs.mesh.outside,
            pairs.server(pair),
            request -> {
              request.pause();
              waiting.add(request);
            })) {
      pairs.direct(pair, slow.port());
      try (Sender sender = send(pair)) {
        await("the request").until(() -> waiting.size() == 1);
        long[] seen = {-1};
        Awaitility.await("a sender that waits")
            .pollInterval(Duration.ofMillis(20))
            .during(Duration.ofMillis(300))
            .until(() -> seen[0] == (seen[0] = sender.sent()));
        // The rest waits in sockets, which hold more or less of it.
        long sockets = Sockets.unread(pairs.port(pair)) + Sockets.unread(slow.port());
        assertThat(sender.sent() - sockets)
            .as("bytes in client, proxy and endpoint")
            .isLessThan(4L << 20);

        HttpServerRequest request = waiting.getFirst();
        AtomicLong received = new AtomicLong();
        request.handler(data -> received.addAndGet(data.length()));
        request.endHandler(
            end ->
                request
                    .response()
                    .putHeader("content-type", "application/grpc")
                    .putHeader("grpc-status", "0")
                    .end());
        request.resume();
        assertThat(sender.status()).isEqualTo("0");
        assertThat(received).hasValue(LENGTH);
      }
    } finally {
      pairs.redirect(pair);
    }
  }

  /** A large message that is sent as far as it is taken. */
  private interface Sender extends AutoCloseable {
    /** Bytes that have gone, or wait in the client's own queue. */
    long sent();

    /** The status of the call, once all has gone. */
    String status() throws Exception;
  }

  private static Sender send(Pair pair) throws IOException {
    return pair.down2 ? new Http2Sender(pair) : new Http1Sender(pairs.http1(pair));
  }

  /** Writes to a socket, and waits with it. */
  private static final class Http1Sender implements Sender {
    private final RawClient client;
    private final AtomicLong sent = new AtomicLong();
    private final Thread thread;

    Http1Sender(RawClient client) {
      this.client = client;
      this.thread = Thread.ofVirtual().start(this::write);
    }

    private void write() {
      try {
        client.send(
            "POST /a.B/Put HTTP/1.1\r\nhost: a.test\r\ncontent-type: application/grpc\r\n"
                + "content-length: %d\r\n\r\n".formatted(LENGTH));
        while (sent.get() < LENGTH) {
          client.send(PIECE);
          sent.addAndGet(PIECE.length());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public long sent() {
      return sent.get();
    }

    @Override
    public String status() throws IOException, InterruptedException {
      thread.join();
      String name = "grpc-status: ";
      String head = client.readUntil("\r\n\r\n");
      int from = head.indexOf(name) + name.length();
      return head.substring(from, head.indexOf('\r', from));
    }

    @Override
    public void close() throws IOException {
      client.close();
    }
  }

  /** Writes on the event loop of its connection while it may. */
  private static final class Http2Sender implements Sender {
    private final Buffer piece = Buffer.buffer(PIECE);
    private final AtomicLong sent = new AtomicLong();
    private final HttpClientRequest request;

    Http2Sender(Pair pair) {
      request =
          Client.await(pairs.client(pair).request(pairs.port(pair), HttpMethod.POST, "/a.B/Put"));
      request
          .putHeader("content-type", "application/grpc")
          .putHeader("content-length", Long.toString(LENGTH));
      write();
    }

    private void write() {
      while (sent.get() < LENGTH) {
        if (request.writeQueueFull()) {
          request.drainHandler(ready -> write());
          return;
        }
        if (sent.addAndGet(piece.length()) == LENGTH) {
          request.end(piece);
        } else {
          request.write(piece);
        }
      }
    }

    @Override
    public long sent() {
      return sent.get();
    }

    @Override
    public String status() {
      return Client.await(request.response()).getHeader("grpc-status");
    }

    @Override
    public void close() {}
  }
}
