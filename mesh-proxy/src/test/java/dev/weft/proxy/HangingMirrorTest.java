package dev.weft.proxy;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Load;
import dev.weft.proxy.testkit.Statistics;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A mirror that hangs, under load: requests are answered as if it were not there, the breakers of
 * its cluster bound what it holds, and nothing of it is left afterwards.
 */
class HangingMirrorTest {
  private static final int CLIENTS = 8;
  private static final int CONNECTIONS = 4;
  private static final int PENDING = 2;
  private static final int REQUESTS = 6;
  private static final String BODY = "x".repeat(50_000);

  /** What an event loop may have to spare of what bodies may take. */
  private static final long SPARE = 512 * 1024;

  private static final String ROUTES =
      """
      - match: {prefix: /}
        route: {cluster: main, timeout: 2s, request_mirror_policies: [{cluster: mirror}]}
      """;

  @TempDir Path folder;
  private final Vertx outside = Vertx.vertx();
  private final Backend main =
      Backend.start(
          outside, request -> request.bodyHandler(body -> request.response().end("main")));

  /** How a mirror hangs. */
  private enum Hanging {
    /** It reads all, and answers nothing. */
    ANSWERS_NOTHING {
      @Override
      int open(Vertx outside, List<AutoCloseable> opened) {
        return Backend.start(outside, request -> {}).port();
      }
    },
    /** The system takes its connections; nobody reads from them. */
    READS_NOTHING {
      @Override
      int open(Vertx outside, List<AutoCloseable> opened) throws IOException {
        ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        opened.add(socket);
        return socket.getLocalPort();
      }
    },
    /** Its queue of connections is full, so that no further one is made. */
    TAKES_NO_CONNECTION {
      @Override
      int open(Vertx outside, List<AutoCloseable> opened) throws IOException {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        opened.add(socket);
        for (int i = 0; i < 12; i++) {
          SocketChannel filler = SocketChannel.open();
          opened.add(filler);
          filler.configureBlocking(false);
          filler.connect(new InetSocketAddress("127.0.0.1", socket.getLocalPort()));
        }
        return socket.getLocalPort();
      }
    };

    /** Its port. */
    abstract int open(Vertx outside, List<AutoCloseable> opened) throws IOException;
  }

  @AfterEach
  void close() {
    Client.await(outside.close());
  }

  private static String cluster(String name, int port, String said) {
    return """
    - name: %s
      type: STATIC
      connect_timeout: 0.5s
      %s
      typed_extension_protocol_options:
        envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
          "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
          common_http_protocol_options: {idle_timeout: 0.5s}
          explicit_http_config: {http_protocol_options: {}}
      load_assignment: {cluster_name: %s, endpoints: [{lb_endpoints: [{endpoint: {address: {socket_address: {address: 127.0.0.1, port_value: %d}}}}]}]}
    """
        .formatted(name, said, name, port);
  }

  @ParameterizedTest
  @EnumSource
  void nobodyNoticesAndNothingStays(Hanging hanging) throws Exception {
    List<AutoCloseable> opened = new ArrayList<>();
    String breakers =
        "circuit_breakers: {thresholds: [{max_connections: %d, max_pending_requests: %d, max_requests: %d}]}"
            .formatted(CONNECTIONS, PENDING, REQUESTS);
    String clusters =
        cluster("main", main.port(), "")
            + cluster("mirror", hanging.open(outside, opened), breakers);
    Client h1 = new Client(outside, HttpVersion.HTTP_1_1);
    Client h2 = new Client(outside, HttpVersion.HTTP_2);
    try (Proxy proxy = FromBootstrap.start(folder, FromBootstrap.ADMIN, ROUTES, clusters)) {
      int port = proxy.ports().get("in");
      Statistics statistics = new Statistics(proxy.ports().get("admin"));
      Load gets = Load.gets(outside, h1, port, "/", CLIENTS);
      Load posts = Load.posts(outside, h2, port, "/", BODY, CLIENTS);
      try (gets;
          posts) {
        // Longer than a copy may take to be answered, and a connection to be made.
        await("copies that were given up, and copies that were not made")
            .until(
                () -> {
                  Map<String, Long> now = statistics.all();
                  assertThat(now.get("cluster.mirror.upstream_rq_active"))
                      .isLessThanOrEqualTo(REQUESTS);
                  assertThat(now.get("cluster.mirror.upstream_cx_active"))
                      .isLessThanOrEqualTo(CONNECTIONS);
                  assertThat(now.get("weft_waiting_body_bytes"))
                      .isLessThanOrEqualTo((REQUESTS + PENDING + CLIENTS) * BODY.length() + SPARE);
                  return now.get("cluster.mirror.upstream_rq_pending_overflow") > 0
                      && now.get("cluster.mirror.upstream_rq_timeout")
                              + now.get("cluster.mirror.upstream_cx_connect_timeout")
                          > 0;
                });
        gets.next(300);
        posts.next(300);
      }
      assertThat(gets.all()).containsOnlyKeys("200 main");
      assertThat(posts.all()).containsOnlyKeys("200 main");
      assertThat(statistics.of("cluster.main.upstream_rq_completed"))
          .isEqualTo(main.requests())
          .isEqualTo(count(gets) + count(posts));
      Client.await(h1.http().close());
      Client.await(h2.http().close());
      await("all of it over").untilAsserted(() -> assertThat(statistics.unsettled()).isEmpty());
    } finally {
      for (AutoCloseable each : opened) {
        each.close();
      }
    }
  }

  private static long count(Load load) {
    return load.all().values().stream().mapToLong(Long::longValue).sum();
  }
}
