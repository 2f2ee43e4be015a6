package dev.weft.proxy.differential;

import static dev.weft.proxy.testkit.Soon.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.awaitility.core.ConditionTimeoutException;

/** A proxy under comparison, started from a bootstrap. */
abstract class Subject implements AutoCloseable {
  /** What both write of each request. */
  static final String LOG_FORMAT =
      "%RESPONSE_CODE% flags=%RESPONSE_FLAGS% details=%RESPONSE_CODE_DETAILS%"
          + " cluster=%UPSTREAM_CLUSTER% host=%UPSTREAM_HOST%"
          + " tries=%UPSTREAM_REQUEST_ATTEMPT_COUNT% route=%ROUTE_NAME%"
          + " received=%BYTES_RECEIVED% sent=%BYTES_SENT% %PROTOCOL%"
          + " %REQ(:METHOD)% %REQ(:AUTHORITY)% %REQ(:PATH)%"
          + " original=%REQ(X-ENVOY-ORIGINAL-PATH)% grpc=%GRPC_STATUS_NUMBER%"
          + " sni=%REQUESTED_SERVER_NAME% noted=%DYNAMIC_METADATA(kit:noted)%\n";

  /** Lines that do not come in this time do not come. */
  private static final Duration LOG_TIME = Duration.ofSeconds(3);

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path log;
  private int read;

  /**
   * @param log where the access log is written
   */
  Subject(Path log) {
    this.log = log;
  }

  /** The port of a listener. */
  abstract int port(String listener);

  abstract int admin();

  String page(String path) throws IOException {
    try {
      return http.send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + admin() + path)).build(),
              BodyHandlers.ofString())
          .body();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Counters and gauges by name. */
  Map<String, Long> statistics() throws IOException {
    Map<String, Long> values = new HashMap<>();
    for (String line : page("/stats").lines().toList()) {
      int colon = line.lastIndexOf(": ");
      if (colon > 0 && line.substring(colon + 2).matches("\\d+")) {
        // Gauges of Envoy's may have gone below zero.
        values.put(line.substring(0, colon), Long.parseUnsignedLong(line.substring(colon + 2)));
      }
    }
    return values;
  }

  /** What the access log got since it was asked last, once it is so many lines. */
  List<String> logged(int lines) throws IOException {
    try {
      await("lines of the access log").atMost(LOG_TIME).until(() -> lines().size() >= read + lines);
    } catch (ConditionTimeoutException e) {
      // What is missing will be seen.
    }
    List<String> all = lines();
    List<String> fresh = List.copyOf(all.subList(read, all.size()));
    read = all.size();
    return fresh;
  }

  private List<String> lines() throws IOException {
    if (!Files.exists(log)) {
      return List.of();
    }
    String text = Files.readString(log, StandardCharsets.ISO_8859_1);
    return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
  }

  @Override
  public void close() throws Exception {
    http.close();
  }
}
