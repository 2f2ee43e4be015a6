package dev.weft.control.xds;

import static dev.weft.control.xds.MeshNode.get;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.weft.control.Logged;
import dev.weft.control.identity.AuthoritySettings;
import dev.weft.control.identity.Identity;
import dev.weft.control.store.Database;
import dev.weft.control.store.SqlAuditLog;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import java.math.BigInteger;
import java.net.BindException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** One port on several event loops, over real sockets. */
class XdsListenerTest {
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(10);

  @TempDir Path folder;
  @RegisterExtension final Logged logged = new Logged(XdsListener.class, Level.DEBUG);
  @RegisterExtension final Logged byVertx = new Logged("io.vertx", Level.WARN);
  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() throws Exception {
    get(vertx.close());
  }

  /** What is found out by a connection of its own: the loop that serves it, and its certificate. */
  private record Visit(String loop, BigInteger certificate) {}

  private XdsListener listener(HttpServerOptions options) {
    return new XdsListener(
        vertx,
        options.setHost("127.0.0.1"),
        request -> request.response().end(Thread.currentThread().getName()),
        KEEP_ALIVE);
  }

  private Visit visit(HttpClientOptions options, int port) throws Exception {
    HttpClient client = vertx.createHttpClient(options);
    try {
      HttpClientRequest request = get(client.request(HttpMethod.GET, port, "127.0.0.1", "/"));
      // asked for before it can come: it would run away
      Future<Buffer> body = request.response().compose(HttpClientResponse::body);
      get(request.send());
      String loop = get(body).toString();
      return new Visit(
          loop,
          options.isSsl()
              ? ((X509Certificate) request.connection().peerCertificates().getFirst())
                  .getSerialNumber()
              : BigInteger.ZERO);
    } finally {
      get(client.close());
    }
  }

  @Test
  void everyLoopTakesItsShare() throws Exception {
    XdsListener listener = listener(new HttpServerOptions().setPort(0));
    int port = get(listener.listen());

    Set<String> loops = new HashSet<>();
    for (int i = 0; i < 2 * XdsListener.loops(); i++) {
      loops.add(visit(new HttpClientOptions(), port).loop());
    }

    assertThat(loops).hasSize(XdsListener.loops());
  }

  @Test
  void twoThatAskForAFreePortGetOneEach() throws Exception {
    int first = get(listener(new HttpServerOptions().setPort(0)).listen());
    int second = get(listener(new HttpServerOptions().setPort(0)).listen());

    assertThat(first).isPositive().isNotEqualTo(second);
    assertThat(second).isPositive();
  }

  @Test
  void aTakenPortIsAnErrorAndAClosedOneIsFree() throws Exception {
    XdsListener listener = listener(new HttpServerOptions().setPort(0));
    int port = get(listener.listen());
    Vertx other = Vertx.vertx();
    XdsListener second =
        new XdsListener(
            other,
            new HttpServerOptions().setHost("127.0.0.1").setPort(port),
            request -> {},
            KEEP_ALIVE);
    assertThatThrownBy(() -> get(second.listen())).hasRootCauseInstanceOf(BindException.class);

    get(listener.shutDown(Duration.ofMillis(100)));

    assertThat(get(second.listen())).isEqualTo(port);
    get(other.close());
  }

  @Test
  void aClientThatGoesAwayIsNoError() throws Exception {
    int port = get(listener(new HttpServerOptions().setPort(0)).listen());

    try (Socket client = new Socket("127.0.0.1", port)) {
      client.getOutputStream().write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(UTF_8));
      client.getInputStream().read();
      client.setSoLinger(true, 0); // ends with a reset
    }

    await()
        .untilAsserted(
            () ->
                assertThat(logged.events())
                    .anyMatch(event -> event.toString().contains("Connection reset")));
    assertThat(byVertx.events()).isEmpty();
  }

  @Test
  void aNewCertificateIsShownByAllLoops() throws Exception {
    try (Database database = Database.sqlite(folder);
        Identity identity =
            Identity.open(
                new AuthoritySettings(
                    "weft.local", folder.resolve("ca.key"), AuthoritySettings.WORKLOAD_LIFETIME),
                database,
                new SqlAuditLog(database, Clock.systemUTC()),
                List.of("127.0.0.1"),
                Clock.systemUTC())) {
      XdsListener listener =
          listener(identity.serverCertificate().applyTo(new HttpServerOptions().setPort(0)));
      int port = get(listener.listen());
      HttpClientOptions tls = WorkloadTls.of(identity.authority(), "shop", "catalog");
      BigInteger before = visit(tls, port).certificate();

      get(listener.updateTls(identity.serverCertificate().options()));

      Set<Visit> after = new HashSet<>();
      for (int i = 0; i < 2 * XdsListener.loops(); i++) {
        after.add(visit(tls, port));
      }
      // a loop each, all with the same one
      assertThat(after).hasSize(XdsListener.loops());
      assertThat(after).extracting(Visit::certificate).doesNotContain(before);
    }
  }
}
