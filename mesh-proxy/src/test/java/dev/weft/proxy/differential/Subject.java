package dev.weft.proxy.differential;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

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

  private final HttpClient http = HttpClient.newHttpClient();
  private final GrowingFile log;

  /**
   * @param log where the access log is written
   */
  Subject(Path log) {
    this.log = new GrowingFile(log);
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

  /** The same, and where labelled ones are among these names those of Prometheus' format, too. */
  Map<String, Long> statistics(List<String> names) throws IOException {
    Map<String, Long> values = statistics();
    if (names.stream().anyMatch(name -> name.startsWith("envoy_"))) {
      for (String line : page("/stats/prometheus").lines().toList()) {
        int space = line.lastIndexOf(' ');
        if (line.startsWith("envoy_") && line.substring(space + 1).matches("\\d+")) {
          values.put(sorted(line.substring(0, space)), Long.parseLong(line.substring(space + 1)));
        }
      }
    }
    return values;
  }

  /** With its labels in an order that does not depend on who wrote them; no value has a comma. */
  private static String sorted(String sample) {
    int brace = sample.indexOf('{');
    if (brace < 0 || !sample.endsWith("}")) {
      return sample;
    }
    List<String> labels =
        Arrays.asList(sample.substring(brace + 1, sample.length() - 1).split(",", -1));
    labels.sort(null);
    return sample.substring(0, brace) + "{" + String.join(",", labels) + "}";
  }

  /** What the access log got since it was asked last, once it is so many lines. */
  List<String> logged(int lines) throws IOException {
    return log.fresh(lines);
  }

  @Override
  public void close() throws Exception {
    http.close();
  }
}
