package dev.weft.proxy;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.ChainedApplication.Spending;
import dev.weft.proxy.ChainedApplication.Visit;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Statistics;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A budget of 800 ms on its way through three applications over HTTP, each behind a sidecar, with
 * mutual TLS between these. The first takes 200 ms, the second 300, so that 600 and 300 are left at
 * the most; the third does not answer. The applications have no clocks, and hand on nothing but
 * {@code x-request-id}: what is left, only their sidecars know.
 */
class HttpDeadlineChainTest {
  private static final List<Duration> TIMES =
      List.of(Duration.ofMillis(200), Duration.ofMillis(300), Duration.ZERO);

  private static final long BUDGET_MILLIS = 800;

  /** Six times on its way the time is written down, each time in whole milliseconds. */
  private static final long ROUNDING_NANOS = TimeUnit.MILLISECONDS.toNanos(6);

  private static final String ROUTES =
      """
      - match: {prefix: /timed}
        route: {cluster: %1$s, timeout: 0.8s}
      - match: {prefix: /}
        route: {cluster: %1$s, timeout: 0s}
      """;

  private static final String ONWARD = "- {match: {prefix: /}, route: {cluster: %s, timeout: 0s}}";

  /** Who says what time there is. */
  private enum Source {
    /** The caller. */
    HEADER("/Unanswered", Map.of("x-weft-timeout-ms", Long.toString(BUDGET_MILLIS))),
    /** The route of its sidecar, by its timeout. */
    ROUTE("/timed", Map.of());

    private final String path;
    private final Map<String, String> headers;

    Source(String path, Map<String, String> headers) {
      this.path = path;
      this.headers = headers;
    }
  }

  private final Vertx outside = Vertx.vertx();
  private final List<ChainedApplication> applications = new ArrayList<>();
  @TempDir Path folder;
  private Sidecars sidecars;
  private Client client;
  private int entrance;
  private int calls;

  /** What a caller was told, once it was. */
  private record Call(String id, long begun, Future<Client.Reply> reply) {
    int status() {
      return Client.await(reply).status();
    }
  }

  private void start(HttpVersion version, Spending spending) throws Exception {
    boolean http2 = version == HttpVersion.HTTP_2;
    sidecars = new Sidecars(folder, http2).withBudgets();
    client = new Client(outside, version);
    int next = 0;
    for (int tier = TIMES.size(); tier >= 1; tier--) {
      ChainedApplication application =
          new ChainedApplication(outside, TIMES.get(tier - 1), false, version);
      application.spend(spending);
      Sidecars.Sidecar sidecar = sidecars.of("tier" + tier).in(application.port());
      if (next != 0) {
        String callee = "tier" + (tier + 1);
        sidecar.out("", ONWARD.formatted(callee)).to(callee, next);
      }
      Proxy started = sidecar.start();
      if (next != 0) {
        application.callOnTo(started.ports().get("out"));
      }
      next = started.ports().get("in");
      applications.addFirst(application);
    }
    entrance =
        sidecars
            .of("caller")
            .out("", ROUTES.formatted("tier1"))
            .to("tier1", next)
            .start()
            .ports()
            .get("out");
  }

  @AfterEach
  void stop() {
    sidecars.close();
    Client.await(outside.close());
  }

  private Call call(String path, Map<String, String> headers) {
    String id = "call-" + ++calls;
    long begun = System.nanoTime();
    Map<String, String> all = new HashMap<>(headers);
    all.put(ChainedApplication.REQUEST_ID, id);
    return new Call(id, begun, client.start(entrance, HttpMethod.GET, path, all, null));
  }

  private List<Visit> visits(String call) {
    return applications.stream().flatMap(app -> app.visits(call).stream()).toList();
  }

  private Visit visit(String call, int tier) {
    List<Visit> visits = applications.get(tier - 1).visits(call);
    assertThat(visits).hasSize(1);
    return visits.getFirst();
  }

  private boolean reachedTheLast(String call) {
    return !applications.getLast().visits(call).isEmpty();
  }

  private void awaitNothingUnderWay() {
    await("nothing under way")
        .untilAsserted(
            () -> {
              for (Proxy sidecar : sidecars.all()) {
                assertThat(new Statistics(sidecar.ports().get("admin")).unsettled().keySet())
                    .noneMatch(name -> name.contains("_rq_"));
              }
            });
  }

  /**
   * Nobody is told of more than the one before was, less what that one spent, nor of less than is
   * left by then of what there was at first. What the wire takes is nobody's, as clocks differ
   * between hosts; but the clocks of this machine are one.
   */
  private void assertLessFromHopToHop(Call call) {
    long first = TimeUnit.MILLISECONDS.toNanos(BUDGET_MILLIS);
    long most = first;
    for (Visit visit : visits(call.id)) {
      long elapsed = visit.arrived - call.begun;
      assertThat(visit.told)
          .isNotNegative()
          .isLessThanOrEqualTo(most)
          .isGreaterThanOrEqualTo(first - elapsed - ROUNDING_NANOS);
      most = Math.max(0, most - visit.spent);
    }
  }

  private static Stream<Arguments> versionsAndSources() {
    return Stream.of(HttpVersion.HTTP_1_1, HttpVersion.HTTP_2)
        .flatMap(version -> Stream.of(Source.values()).map(by -> Arguments.of(version, by)));
  }

  @ParameterizedTest
  @MethodSource("versionsAndSources")
  void whatIsLeftGetsLessAndItsEndReachesTheLast(HttpVersion version, Source source)
      throws Exception {
    start(version, Spending.WORKS);
    // Connections to all of them are there from now on.
    assertThat(call(ChainedApplication.ANSWERED, Map.of()).status()).isEqualTo(200);

    // Where a machine is busy time may be over before a call has come so far.
    List<Call> late = new ArrayList<>();
    await("a call that comes to the last one in time")
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              late.add(call(source.path, source.headers));
              assertThat(late.getLast().status()).isEqualTo(504);
              return reachedTheLast(late.getLast().id);
            });

    await("the ends of all")
        .until(
            () ->
                late.stream()
                    .flatMap(call -> visits(call.id).stream())
                    .allMatch(visit -> visit.end != null));
    awaitNothingUnderWay();
    late.forEach(this::assertLessFromHopToHop);
    String id = late.getLast().id;
    assertThat(visit(id, 2).told).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(600));
    assertThat(visit(id, 3).told).isLessThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(300));
    // The sidecar of a caller may be the first to say so to the application in between.
    assertThat(visit(id, 1).end).isIn(ChainedApplication.CUT, "answered 504");
    assertThat(visit(id, 2).end).isIn(ChainedApplication.CUT, "answered 504");
    assertThat(visit(id, 3).end).isEqualTo(ChainedApplication.CUT);
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void whatIsBegunWhenTimeIsOverIsRefusedAtOnce(HttpVersion version) throws Exception {
    start(version, Spending.WORKS_ON);
    // Half of what the first application takes, which does not care.
    List<Call> late = new ArrayList<>();
    await("a call that comes to the first one in time")
        .atMost(Duration.ofSeconds(60))
        .until(
            () -> {
              late.add(call("/Unanswered", Map.of("x-weft-timeout-ms", "100")));
              assertThat(late.getLast().status()).isEqualTo(504);
              return !visits(late.getLast().id).isEmpty();
            });
    Visit visit = visit(late.getLast().id, 1);

    await("what is begun too late").until(() -> visit.onwardStatus != null);
    assertThat(visit.onwardStatus).isEqualTo("504");
    assertThat(applications.get(1).visits(visit.call)).isEmpty();
    awaitNothingUnderWay();
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  void aCallerThatHangsUpCancelsTheWholeChain(HttpVersion version) throws Exception {
    start(version, Spending.WORKS);
    HttpClientRequest request =
        Client.await(client.request(entrance, HttpMethod.GET, "/Unanswered"));
    request
        .putHeader(ChainedApplication.REQUEST_ID, "hangs-up")
        .putHeader("x-weft-timeout-ms", "60000")
        .send();
    await("the last one").until(() -> reachedTheLast("hangs-up"));
    assertThat(visits("hangs-up")).allMatch(visit -> visit.end == null);

    request.reset(8);

    await("the ends of all")
        .until(
            () ->
                visits("hangs-up").stream()
                    .allMatch(visit -> ChainedApplication.CUT.equals(visit.end)));
    awaitNothingUnderWay();
    assertThat(visits("hangs-up")).hasSize(3);
  }
}
