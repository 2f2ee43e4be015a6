package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;

import dev.weft.proxy.testkit.RawClient;
import dev.weft.proxy.testkit.RawHttp2;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Requests with any head, as they are, through any pair: HTTP/1.1 on a connection of their own,
 * HTTP/2 on one for all.
 */
final class Knock implements AutoCloseable {
  private final PairMesh pairs;
  private final Map<Pair, RawHttp2> connections = new EnumMap<>(Pair.class);
  private final Map<Pair, Integer> streams = new EnumMap<>(Pair.class);

  Knock(PairMesh pairs) {
    this.pairs = pairs;
  }

  /**
   * Sends a GET and waits for its end.
   *
   * @param headers names and values in turn; a {@code host} is the authority
   * @return the status, or {@code cut} without one
   */
  String get(Pair pair, String path, String... headers) throws IOException {
    return pair.down2 ? http2(pair, path, headers) : http1(pair, path, headers);
  }

  private String http1(Pair pair, String path, String... headers) throws IOException {
    StringBuilder head = new StringBuilder("GET " + path + " HTTP/1.1\r\nconnection: close\r\n");
    boolean host = false;
    for (int i = 0; i < headers.length; i += 2) {
      head.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
      host |= headers[i].equals("host");
    }
    head.append(host ? "\r\n" : "host: a.test\r\n\r\n");
    try (RawClient client = pairs.http1(pair)) {
      String answer = client.send(head.toString()).readToEnd();
      return answer.startsWith("HTTP/1.1 ") ? answer.substring(9, 12) : "cut";
    }
  }

  private String http2(Pair pair, String path, String... headers) {
    RawHttp2 client = connections.computeIfAbsent(pair, pairs::http2);
    int stream = streams.merge(pair, 2, Integer::sum) + 1;
    Http2Headers head =
        new DefaultHttp2Headers(false)
            .method("GET")
            .scheme(pair.mtls ? "https" : "http")
            .authority("a.test")
            .path(new AsciiString(path.getBytes(StandardCharsets.ISO_8859_1)));
    for (int i = 0; i < headers.length; i += 2) {
      if (headers[i].equals("host")) {
        head.authority(headers[i + 1]);
      } else {
        head.add(headers[i], new AsciiString(headers[i + 1].getBytes(StandardCharsets.ISO_8859_1)));
      }
    }
    client.frames.clear();
    client.request(stream, head, true);
    await("the end of " + path)
        .until(
            () ->
                client.frames.stream()
                    .anyMatch(
                        f -> f.equals("closed") || f.endsWith(" end") || f.contains(" reset ")));
    List<String> heads =
        client.frames.stream().filter(f -> f.startsWith(stream + " headers ")).toList();
    return heads.isEmpty() ? "cut" : heads.getFirst().split(" ")[2];
  }

  @Override
  public void close() {
    connections.values().forEach(RawHttp2::close);
  }
}
