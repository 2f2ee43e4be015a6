package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.chain;
import static dev.weft.proxy.testkit.Configs.cluster;
import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.listener;
import static dev.weft.proxy.testkit.Configs.manager;
import static dev.weft.proxy.testkit.Configs.table;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.forward.GrpcTimeout;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RecordingTelemetry;
import dev.weft.xds.model.ChainMatch;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.HttpConnectionManagerBuilder;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The time that callers give a request, in tables as users write them. */
class DeadlineBudgetTest {
  private static final String TIMEOUT = "x-weft-timeout-ms";
  private static final String LONG = "60000";

  private final Mesh mesh = new Mesh();
  private final Queue<HttpServerRequest> arrived = new ConcurrentLinkedQueue<>();

  /** Whether clients are outsiders. */
  private boolean edge;

  @AfterEach
  void close() {
    mesh.close();
  }

  /**
   * @param deadlines what the virtual host says of them
   * @param route what its route says besides the cluster
   */
  private void apply(String deadlines, String route, Handler<HttpServerRequest> handler) {
    Backend backend =
        Backend.start(
            mesh.outside,
            request -> {
              arrived.add(request);
              handler.handle(request);
            });
    var manager =
        HttpConnectionManagerBuilder.builder(manager("in", "routes")).useRemoteAddress(edge);
    mesh.apply(
        config(
            List.of(listener("in", List.of(), chain("", ChainMatch.ANY, null, manager.build()))),
            table(
                "virtual_hosts: [{name: v, domains: ['*'], metadata: {filter_metadata: {"
                    + deadlines
                    + "}}, routes: [{match: {prefix: /}, route: {cluster: c"
                    + route
                    + "}}]}]"),
            cluster("c", UpstreamProtocol.HTTP2, backend.port())));
  }

  private static void ok(HttpServerRequest request) {
    request.response().end("ok");
  }

  private Client.Reply get(Map<String, String> headers) {
    return mesh.h1.get(mesh.port(), "/", headers);
  }

  private Client.Reply grpc(String timeout) {
    return mesh.h2.call(
        mesh.port(),
        HttpMethod.POST,
        "/s/M",
        Map.of("content-type", "application/grpc", "grpc-timeout", timeout, TIMEOUT, LONG),
        "");
  }

  private List<String> seen(String header) {
    return arrived.stream().map(request -> String.valueOf(request.getHeader(header))).toList();
  }

  private void assertToldAtMost(long millis) {
    assertThat(seen(TIMEOUT))
        .singleElement()
        .satisfies(told -> assertThat(Long.parseLong(told)).isBetween(1L, millis));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "timeout: 0s | 60000 | 60000",
        "timeout: 30s | 60000 | 30000",
        "timeout: 0s, max_stream_duration: {max_stream_duration: 20s} | 60000 | 20000",
        "timeout: 90s | 60000 | 60000"
      })
  void endpointsAreToldTheShortestOfAllTimes(String route, String said, long most) {
    apply("weft.deadlines: {}", ", " + route, DeadlineBudgetTest::ok);

    assertThat(get(Map.of(TIMEOUT, said)).status()).isEqualTo(200);
    assertToldAtMost(most);
  }

  @Test
  void aRouteTellsItsOwnTimeWhereNobodyHasSaidOne() {
    apply("weft.deadlines: {}", ", timeout: 30s", DeadlineBudgetTest::ok);

    assertThat(get(Map.of()).status()).isEqualTo(200);
    assertToldAtMost(30_000);
  }

  @Test
  void whereThereIsNoTimeNothingIsSaid() {
    apply("weft.deadlines: {}", ", timeout: 0s", DeadlineBudgetTest::ok);

    assertThat(get(Map.of()).status()).isEqualTo(200);
    assertThat(seen(TIMEOUT)).containsExactly("null");
  }

  @Test
  void whatIsNoTimeIsPassedOnAndDoesNotCount() {
    apply("weft.deadlines: {}", ", timeout: 0s", DeadlineBudgetTest::ok);

    assertThat(get(Map.of(TIMEOUT, "soon")).status()).isEqualTo(200);
    assertThat(seen(TIMEOUT)).containsExactly("soon");
  }

  @Test
  void whoAsksForNothingGetsNothing() {
    apply("", ", timeout: 30s", DeadlineBudgetTest::ok);

    assertThat(get(Map.of(TIMEOUT, "0")).status()).isEqualTo(200);
    assertThat(get(Map.of()).status()).isEqualTo(200);
    assertThat(seen(TIMEOUT)).containsExactly("0", "null");
  }

  @ParameterizedTest
  @CsvSource({"{}, 0", "{least_ms: 61000}, 60000"})
  void whatCannotEndInTimeIsRefusedAtOnce(String deadlines, String said) {
    apply("weft.deadlines: " + deadlines, "", DeadlineBudgetTest::ok);

    Client.Reply reply = get(Map.of(TIMEOUT, said));

    assertThat(reply.status()).isEqualTo(504);
    assertThat(reply.body()).isEqualTo("deadline exceeded");
    assertThat(arrived).isEmpty();
    await("the log").until(() -> !mesh.telemetry.lines().isEmpty());
    RecordingTelemetry.Line line = mesh.telemetry.lines().getFirst();
    assertThat(line.details()).isEqualTo("deadline_exceeded");
    assertThat(line.flags()).isEqualTo("DT");
    assertThat(line.endpointPort()).isLessThanOrEqualTo(0);
  }

  /** What is over, what is none, and more than there is: nothing of it counts, or goes on. */
  @ParameterizedTest
  @ValueSource(strings = {"0", "5", "60000", "soon"})
  void whatOutsidersSayIsTakenAway(String said) {
    edge = true;
    apply("weft.deadlines: {}", ", timeout: 0s", DeadlineBudgetTest::ok);

    assertThat(get(Map.of(TIMEOUT, said)).status()).isEqualTo(200);
    assertThat(seen(TIMEOUT)).containsExactly("null");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "60000"})
  void theEdgeTellsItsOwnTimeInstead(String said) {
    edge = true;
    apply("weft.deadlines: {}", ", timeout: 30s", DeadlineBudgetTest::ok);

    assertThat(get(Map.of(TIMEOUT, said)).status()).isEqualTo(200);
    assertToldAtMost(30_000);
  }

  @Test
  void callersOfGrpcAreRefusedInTheirWords() {
    apply("weft.deadlines: {}", "", DeadlineBudgetTest::ok);

    Client.Reply reply = grpc("0m");

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.header("grpc-status")).isEqualTo("4");
    assertThat(arrived).isEmpty();
  }

  @Test
  void callsSayItInTheWordsOfGrpc() {
    apply("weft.deadlines: {}", ", timeout: 0s", DeadlineBudgetTest::ok);

    grpc("30S");

    assertThat(seen(TIMEOUT)).containsExactly("null");
    assertThat(seen("grpc-timeout"))
        .singleElement()
        .satisfies(told -> assertThat(GrpcTimeout.parse(told)).isBetween(1L, 30_000_000_000L));
  }

  @Test
  void whatTakesLongerIsCancelled() {
    Queue<HttpServerRequest> cut = new ConcurrentLinkedQueue<>();
    apply(
        "weft.deadlines: {}",
        ", timeout: 0s",
        request -> request.response().closeHandler(gone -> cut.add(request)));

    // Where a machine is busy time may be over before a request has come so far.
    await("a request that comes to the endpoint")
        .until(
            () -> {
              Client.Reply reply = get(Map.of(TIMEOUT, "100"));
              assertThat(reply.status()).isEqualTo(504);
              assertThat(reply.body()).isEqualTo("deadline exceeded");
              return !arrived.isEmpty();
            });

    await("the end of all").until(() -> cut.containsAll(arrived));
  }

  /** Else the caller would hear of nothing before its time was over. */
  @Test
  void aRetryThatWouldComeTooLateIsNotWaitedFor() {
    apply(
        "weft.deadlines: {}",
        ", timeout: 0s, retry_policy: {retry_on: 5xx, num_retries: 1, retry_back_off:"
            + " {base_interval: 30000000s, max_interval: 30000000s}}",
        request -> request.response().setStatusCode(503).end("as the endpoint says"));

    Client.Reply reply = get(Map.of(TIMEOUT, "3600000"));

    assertThat(reply.status()).isEqualTo(503);
    assertThat(reply.body()).isEqualTo("as the endpoint says");
    assertThat(arrived).hasSize(1);
  }

  /** A request for an application and one that it makes, by another table. */
  @ParameterizedTest
  @CsvSource({
    "x-request-id, one, x-request-id, one, true",
    "x-request-id, one, x-request-id, two, false",
    "traceparent, 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01, traceparent,"
        + " 00-0af7651916cd43dd8448eb211c80319c-00f067aa0ba902b7-00, true"
  })
  void whatBelongsTogetherIsKnownByWhatIsHandedOn(
      String told, String in, String handedOn, String out, boolean known) {
    Backend backend =
        Backend.start(
            mesh.outside,
            request -> {
              arrived.add(request);
              if (request.path().equals("/out")) {
                request.response().end();
                return;
              }
              mesh.h2
                  .start(mesh.port(), HttpMethod.GET, "/out", Map.of(handedOn, out), null)
                  .onComplete(done -> request.response().end());
            });
    mesh.apply(
        config(
            table(
                "virtual_hosts: [{name: in, domains: ['in.test'], metadata: {filter_metadata: {"
                    + "weft.deadlines: {remember: true}}}, routes: [{match: {prefix: /}, route:"
                    + " {cluster: c, timeout: 0s}}]}, {name: out, domains: ['*'], metadata:"
                    + " {filter_metadata: {weft.deadlines: {recall: true}}}, routes: [{match:"
                    + " {prefix: /}, route: {cluster: c, timeout: 0s}}]}]"),
            cluster("c", UpstreamProtocol.HTTP2, backend.port())));

    assertThat(get(Map.of("host", "in.test", told, in, TIMEOUT, LONG)).status()).isEqualTo(200);

    List<String> times = seen(TIMEOUT);
    assertThat(times).hasSize(2);
    assertThat(Long.parseLong(times.getFirst())).isBetween(1L, 60_000L);
    if (known) {
      assertThat(Long.parseLong(times.getLast())).isBetween(1L, Long.parseLong(times.getFirst()));
    } else {
      assertThat(times.getLast()).isEqualTo("null");
    }
  }
}
