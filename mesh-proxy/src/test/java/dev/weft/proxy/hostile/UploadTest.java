package dev.weft.proxy.hostile;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Gate;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.xds.model.ClusterTarget;
import dev.weft.xds.model.RetryPolicy.RetryOn;
import dev.weft.xds.model.RouteAction;
import dev.weft.xds.model.RouteConfig;
import dev.weft.xds.model.RouteMatch;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Six megabytes over a connection that is only being opened, one that dies and one that is tried
 * again: they arrive byte for byte, or the client is told that they did not. No endpoint ever takes
 * a part of them for the whole.
 */
class UploadTest {
  private static final int SIZE = 6_000_000;
  private static final byte[] SENT = noise();
  private static final String WHOLE = new String(SENT, StandardCharsets.ISO_8859_1);

  @RegisterExtension
  static final PairMesh pairs = new PairMesh(UnaryOperator.identity(), UploadTest::retried);

  /** Those of a test; Vert.x closes one that nobody refers to any more. */
  private static final List<Client> CLIENTS = new ArrayList<>();

  /** Tried again after whatever can be tried again. */
  private static RouteConfig retried(RouteConfig all) {
    var forward = (RouteAction.Forward) all.virtualHosts().getFirst().routes().getFirst().action();
    String cluster = ((ClusterTarget.Single) forward.target()).cluster();
    return Configs.routes(
        Configs.route(
            RouteMatch.prefix("/"),
            Configs.forward(
                cluster,
                Duration.ofSeconds(15),
                Configs.retry(
                    3,
                    RetryOn.CONNECT_FAILURE,
                    RetryOn.RESET,
                    RetryOn.REFUSED_STREAM,
                    RetryOn.FIVE_XX))));
  }

  @AfterEach
  void closeClients() {
    CLIENTS.forEach(client -> Client.await(client.http().close()));
    CLIENTS.clear();
  }

  @BeforeEach
  void cold() {
    for (Pair pair : Pair.values()) {
      pairs.redirect(pair).upstream(pair).closeConnections();
    }
  }

  private static byte[] noise() {
    byte[] bytes = new byte[SIZE];
    new Random(11).nextBytes(bytes);
    return bytes;
  }

  /** With a connection of its own: one that was answered early may be cut while it sends on. */
  private static Client client(Pair pair) {
    Client client = pairs.newClient(pair);
    CLIENTS.add(client);
    return client;
  }

  private static Future<Client.Reply> upload(Pair pair) {
    return client(pair)
        .request(pairs.port(pair), HttpMethod.POST, "/upload")
        .compose(
            request ->
                request
                    .send(Buffer.buffer(SENT))
                    .compose(
                        response ->
                            response
                                .body()
                                .map(
                                    body ->
                                        new Client.Reply(
                                            response.statusCode(),
                                            response.headers(),
                                            body.toString(),
                                            response.trailers()))));
  }

  private static void assertArrived(Pair pair, Future<Client.Reply> upload) {
    assertThat(Client.await(upload).status()).isEqualTo(200);
    Arrival last = pairs.upstream(pair).arrivals().getLast();
    assertThat(last.complete()).isTrue();
    assertThat(last.body().equals(WHOLE)).as("byte for byte").isTrue();
  }

  /** It failed, visibly; and whatever arrived is the beginning of what was sent. */
  private static void assertReported(Pair pair, Future<Client.Reply> upload) {
    await("the end of the call").until(upload::isComplete);
    if (upload.succeeded()) {
      assertThat(upload.result().status()).isGreaterThanOrEqualTo(500);
    }
    assertThat(pairs.upstream(pair).arrivals())
        .allSatisfy(
            arrival -> {
              assertThat(arrival.complete()).isFalse();
              assertThat(WHOLE.startsWith(arrival.body())).as("what arrived").isTrue();
            });
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void whatComesBeforeTheConnectionIsThereArrivesWhole(Pair pair) throws IOException {
    try (Gate gate = new Gate(pairs.upstream(pair).port())) {
      pairs.direct(pair, gate.port());
      HttpClientRequest request =
          Client.await(client(pair).request(pairs.port(pair), HttpMethod.POST, "/upload"));
      request.putHeader("content-length", Integer.toString(SIZE));
      int sent = 0;
      while (sent < SIZE / 2 && !request.writeQueueFull()) {
        request.write(Buffer.buffer(SENT).slice(sent, sent + 10_000));
        sent += 10_000;
      }
      Future<Client.Reply> reply =
          request
              .response()
              .compose(
                  response ->
                      response
                          .body()
                          .map(
                              body ->
                                  new Client.Reply(
                                      response.statusCode(), response.headers(), "", null)));
      gate.open();
      request.end(Buffer.buffer(SENT).slice(sent, SIZE));

      assertArrived(pair, reply);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void anEndpointThatRefusesLeavesItWholeForTheNext(Pair pair) throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }
    pairs.direct(pair, closed, pairs.upstream(pair).port());
    for (int i = 0; i < 2; i++) {
      assertArrived(pair, upload(pair));
    }
    assertThat(pairs.upstream(pair).arrivals()).hasSize(2);
  }

  /** Ends each connection once this much of a body is here. */
  private static Consumer<Arrival> dieAfter(int bytes) {
    return arrival ->
        pairs.mesh.outside.setPeriodic(
            1,
            timer -> {
              if (arrival.body().length() >= bytes || arrival.cut() != null) {
                pairs.mesh.outside.cancelTimer(timer);
                arrival.reset(2);
              }
            });
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void aConnectionThatDiesInTheMiddleIsAFailure(Pair pair) {
    pairs.upstream(pair).onHead(dieAfter(1_000_000));
    assertReported(pair, upload(pair));
    assertThat(pairs.upstream(pair).arrivals()).as("not replayable").hasSize(1);
  }

  /** Whether there was enough left to try again depends on what had come: both are right. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void aConnectionThatDiesAtOnceIsTriedAgainOrReported(Pair pair) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onHead(
        arrival -> {
          if (upstream.arrivals().size() == 1) {
            arrival.reset(2);
          }
        });
    assertArrivedOrReported(pair, upload(pair));
  }

  private static void assertArrivedOrReported(Pair pair, Future<Client.Reply> upload) {
    await("the end of the call").until(upload::isComplete);
    if (upload.succeeded() && upload.result().status() == 200) {
      assertArrived(pair, upload);
    } else {
      assertReported(pair, upload);
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void anEarlyRefusalIsTriedAgainOrReported(Pair pair) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onHead(
        arrival -> {
          if (upstream.arrivals().size() == 1) {
            arrival.answer(503, "not now");
          }
        });
    assertArrivedOrReported(pair, upload(pair));
  }

  /** The head alone is sent at first: that try can always be repeated. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void aTryThatDiesBeforeTheBodyIsRepeatedWithAllOfIt(Pair pair) {
    RecordingUpstream upstream = pairs.upstream(pair);
    upstream.onHead(
        arrival -> {
          if (upstream.arrivals().size() == 1) {
            arrival.reset(2);
          }
        });
    HttpClientRequest request =
        Client.await(client(pair).request(pairs.port(pair), HttpMethod.POST, "/upload"));
    request.putHeader("content-length", Integer.toString(SIZE));
    Client.await(request.sendHead());
    await("the second try").until(() -> upstream.arrivals().size() == 2);
    Future<Client.Reply> reply =
        request
            .response()
            .map(
                response ->
                    new Client.Reply(
                        response.statusCode(), response.headers(), "", response.trailers()));
    request.end(Buffer.buffer(SENT));

    assertArrived(pair, reply);
    assertThat(upstream.arrivals().getFirst().complete()).isFalse();
  }

  /** A connection from the pool that the endpoint closes in that moment. */
  @ParameterizedTest(name = "{0}")
  @EnumSource
  void aConnectionThatDiesIdleIsNoticedOrReported(Pair pair) {
    pairs.assertServes(pair);
    pairs.upstream(pair).forget();
    Future<Client.Reply> upload = upload(pair);
    pairs.upstream(pair).closeConnections();
    assertArrivedOrReported(pair, upload);

    pairs.upstream(pair).forget();
    assertArrived(pair, upload(pair));
  }
}
