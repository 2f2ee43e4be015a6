package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.wire.LeakWatch;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * H46 to H48: messages pass a sidecar as bytes, so that nothing that they say of themselves, their
 * length or their compression, makes it allocate or inflate anything; a large one waits for its
 * reader.
 */
@ExtendWith(LeakWatch.class)
class GrpcHostileMessagesTest {
  private static PairMesh pairs;

  @BeforeAll
  static void start() {
    pairs = new PairMesh();
  }

  @AfterAll
  static void stop() {
    pairs.close();
  }

  @BeforeEach
  void forget() {
    pairs.forget();
  }

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
    long before = PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
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
    assertThat(PooledByteBufAllocator.DEFAULT.metric().usedDirectMemory() - before)
        .isLessThan(64L << 20);
  }

  static Stream<Pair> readers() {
    return Stream.of(Pair.H1_TO_H1, Pair.H1_TO_H2, Pair.H2_TO_H1, Pair.H2_TO_H2);
  }

  @ParameterizedTest(name = "H46 {0}")
  @MethodSource("readers")
  void h46AMessageOverAnyLimitWaitsForItsReader(Pair pair) {
    int pieces = 512;
    Buffer piece = Buffer.buffer("x".repeat(64 * 1024));
    List<HttpServerRequest> held = new ArrayList<>();
    try (Backend slow =
        Backend.start(
            pairs.mesh.outside,
            request -> {
              request.pause();
              synchronized (held) {
                held.add(request);
              }
            })) {
      pairs.direct(pair, slow.port());
      HttpClientRequest request =
          Client.await(pairs.client(pair).request(pairs.port(pair), HttpMethod.POST, "/a.B/Put"));
      request
          .putHeader("content-type", "application/grpc")
          .putHeader("content-length", Long.toString((long) pieces * piece.length()));
      Writer writer = new Writer(request, piece, pieces);
      writer.write();
      await("the request").until(() -> slow.requests() == 1);
      Awaitility.await("a writer that waits")
          .pollInterval(Duration.ofMillis(20))
          .during(Duration.ofMillis(300))
          .until(writer::waits);
      // So much would be more than sockets and windows hold.
      assertThat(writer.written.get()).isLessThan(pieces * 3 / 4);
      AtomicInteger received = new AtomicInteger();
      synchronized (held) {
        held.getFirst().handler(data -> received.addAndGet(data.length()));
        held.getFirst()
            .endHandler(
                end ->
                    held.getFirst()
                        .response()
                        .putHeader("content-type", "application/grpc")
                        .putHeader("grpc-status", "0")
                        .end());
        held.getFirst().resume();
      }
      assertThat(Client.await(request.response()).getHeader("grpc-status")).isEqualTo("0");
      assertThat(received.get()).isEqualTo(pieces * piece.length());
    } finally {
      pairs.redirect(pair);
    }
  }

  /** Writes while it may. */
  private static final class Writer {
    private final HttpClientRequest request;
    private final Buffer piece;
    private final int pieces;
    final AtomicInteger written = new AtomicInteger();
    private volatile int seen = -1;

    Writer(HttpClientRequest request, Buffer piece, int pieces) {
      this.request = request;
      this.piece = piece;
      this.pieces = pieces;
    }

    void write() {
      while (written.get() < pieces) {
        if (request.writeQueueFull()) {
          request.drainHandler(ready -> write());
          return;
        }
        if (written.incrementAndGet() == pieces) {
          request.end(piece);
        } else {
          request.write(piece);
        }
      }
    }

    /** Whether nothing was written since it was asked last. */
    boolean waits() {
      int now = written.get();
      boolean same = now == seen;
      seen = now;
      return same;
    }
  }
}
