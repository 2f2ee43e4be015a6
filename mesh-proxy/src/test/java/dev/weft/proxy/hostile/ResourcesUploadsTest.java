package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * H78: 200 large bodies at once, on a route with retries. Each is {@code -Dweft.upload.bytes} long:
 * 1 MiB, or 1 GiB at full size.
 */
@EnabledOnOs(OS.LINUX)
class ResourcesUploadsTest {
  private static final int UPLOADS = Integer.getInteger("weft.uploads", 200);
  private static final long BYTES = Long.getLong("weft.upload.bytes", 1L << 20);
  private static final int PIECE = 64 * 1024;

  /** The slowest machine brings so much a second. */
  private static final long BYTES_PER_SECOND = 10L << 20;

  /** Heap, direct memory, code and stacks of a process with a heap of 128 MiB. */
  private static final long MOST_MEMORY = 512L << 20;

  @TempDir static Path folder;

  @Test
  @Through(Pair.H1_TO_H1)
  void h78LargeBodiesAtOnceTakeLittleMemory() throws Exception {
    Duration all = Duration.ofSeconds(60 + UPLOADS * BYTES / BYTES_PER_SECOND);
    Vertx vertx = Vertx.vertx();
    try (Backend app = Backend.start(vertx, ResourcesUploadsTest::count);
        ProxyProcess proxy = new ProxyProcess(folder, 4096, app.port());
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < UPLOADS; i++) {
        answers.add(clients.submit(() -> upload(proxy.port())));
      }
      long[] peak = {0};
      await("all uploads")
          .atMost(all)
          .pollInterval(Duration.ofMillis(100))
          .until(
              () -> {
                peak[0] = Math.max(peak[0], proxy.statistic("weft_direct_memory_bytes"));
                return answers.stream().allMatch(Future::isDone);
              });
      for (Future<String> answer : answers) {
        assertThat(answer.get()).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\n" + BYTES);
      }
      assertThat(peak[0]).isLessThan(proxy.statistic("weft_direct_memory_max_bytes"));
      assertThat(proxy.peakMemory()).isLessThan(MOST_MEMORY);
      System.getLogger("H78")
          .log(
              System.Logger.Level.INFO,
              "{0} bodies of {1} bytes: {2} MiB of direct memory, {3} MiB of memory at most",
              UPLOADS,
              BYTES,
              peak[0] >> 20,
              proxy.peakMemory() >> 20);
    } finally {
      Client.await(vertx.close());
    }
  }

  private static void count(HttpServerRequest request) {
    long[] bytes = {0};
    request.handler(data -> bytes[0] += data.length());
    request.endHandler(end -> request.response().end(Long.toString(bytes[0])));
  }

  private static String upload(int port) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      OutputStream out = socket.getOutputStream();
      String head =
          "POST /upload HTTP/1.1\r\nhost: a.test\r\nconnection: close\r\ncontent-length: "
              + BYTES
              + "\r\n\r\n";
      out.write(head.getBytes(StandardCharsets.US_ASCII));
      byte[] piece = new byte[PIECE];
      for (long left = BYTES; left > 0; left -= PIECE) {
        out.write(piece, 0, (int) Math.min(PIECE, left));
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
