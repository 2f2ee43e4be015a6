package dev.weft.proxy;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Load;
import dev.weft.proxy.testkit.Statistics;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One method of a service fails under load, and is well again: its callers' sidecar opens the
 * breaker, leaves the service in peace, lets one request try, and closes it. Who asks for another
 * method notices nothing. Between the sidecars is mutual TLS.
 */
class BreakerRecoveryTest {
  /** Of each method. More than may try while answers are waited for: each of these waits, too. */
  private static final int CLIENTS = 8;

  private static final long RESET_NANOS = TimeUnit.SECONDS.toNanos(2);

  private static final String BREAKER =
      """
      - name: breaker
        typed_config:
          "@type": type.googleapis.com/weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker
          timeout: 0s
          max_concurrent: 100
          failure_percent: 50
          failures_rolling_window: 10s
          reset_timeout: 2s
          fallback: {reply: {status: 200, body: ask later, grpc_status: 8}}
      """;

  private static final String ROUTES =
      """
      - {match: {path: /stock}, name: stock, route: {cluster: catalog, timeout: 0s}}
      - {match: {path: /list}, name: list, route: {cluster: catalog, timeout: 0s}}
      - {match: {prefix: /shop.Catalog/, grpc: {}}, route: {cluster: catalog, timeout: 0s}}
      """;

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final Vertx outside = Vertx.vertx();

  /** How the service is with what the method "stock" asks for. */
  private enum Mood {
    WELL,
    FAILING,
    /** It takes requests, and does not answer yet. */
    THINKING
  }

  private volatile Mood mood = Mood.WELL;
  private final AtomicInteger asked = new AtomicInteger();
  private final AtomicLong failed = new AtomicLong();
  private final Queue<HttpServerRequest> thinking = new ConcurrentLinkedQueue<>();
  private final Backend service = Backend.start(outside, this::take);
  private int admin;

  /** What clients and sidecars speak, and what clients are told. */
  private enum Speech {
    HTTP1(HttpVersion.HTTP_1_1, "/", "", "200 here", "500 no", "200 ask later"),
    GRPC(
        HttpVersion.HTTP_2,
        "/shop.Catalog/",
        "/shop.Catalog/",
        "grpc 0",
        "grpc 13 no",
        "grpc 8 ask later");

    private final HttpVersion version;
    private final String paths;
    private final String methods;
    private final String answered;
    private final String failed;
    private final String heldBack;

    Speech(
        HttpVersion version,
        String paths,
        String methods,
        String answered,
        String failed,
        String heldBack) {
      this.version = version;
      this.paths = paths;
      this.methods = methods;
      this.answered = answered;
      this.failed = failed;
      this.heldBack = heldBack;
    }

    /** What a method's breaker goes by. */
    String method(String name) {
      return methods + name;
    }

    Load load(Vertx vertx, Client client, int port, String name) {
      return this == GRPC
          ? Load.calls(vertx, client, port, paths + name, CLIENTS)
          : Load.gets(vertx, client, port, paths + name, CLIENTS);
    }
  }

  @AfterEach
  void close() {
    Client.await(outside.close());
  }

  private void take(HttpServerRequest request) {
    if (!request.path().endsWith("stock")) {
      answer(request, true);
      return;
    }
    asked.incrementAndGet();
    switch (mood) {
      case WELL -> answer(request, true);
      case FAILING -> {
        failed.incrementAndGet();
        answer(request, false);
      }
      case THINKING -> {
        thinking.add(request);
        if (mood == Mood.WELL) {
          answerAll(); // as all others were a moment ago
        }
      }
    }
  }

  private static void answer(HttpServerRequest request, boolean well) {
    var response = request.response();
    if (!request.path().startsWith(Speech.GRPC.paths)) {
      response.setStatusCode(well ? 200 : 500).end(well ? "here" : "no");
      return;
    }
    response.putHeader("content-type", "application/grpc");
    if (well) {
      response.putTrailer("grpc-status", "0").end(Buffer.buffer(new byte[5]));
    } else {
      response.putHeader("grpc-status", "13").putHeader("grpc-message", "no").end();
    }
  }

  private void answerAll() {
    for (HttpServerRequest next = thinking.poll(); next != null; next = thinking.poll()) {
      answer(next, true);
    }
  }

  /** What the admin page says of a method's breaker; null if it does not know it. */
  private JsonNode breaker(String method) throws IOException {
    URI page = URI.create("http://127.0.0.1:" + admin + "/breakers");
    try (InputStream text = page.toURL().openStream()) {
      for (JsonNode breaker : JSON.readTree(text).get("breakers")) {
        if (breaker.get("method").asText().equals(method)) {
          return breaker;
        }
      }
    }
    return null;
  }

  private String state(String method) throws IOException {
    JsonNode breaker = breaker(method);
    return breaker == null ? "UNKNOWN" : breaker.get("state").asText();
  }

  @ParameterizedTest
  @EnumSource
  void itOpensUnderLoadAndClosesWhenOneRequestHasTried(Speech speech) throws Exception {
    Client client = new Client(outside, speech.version);
    String stock = speech.method("stock");
    String list = speech.method("list");
    try (Sidecars sidecars = new Sidecars(folder, speech == Speech.GRPC)) {
      int catalog = sidecars.of("catalog").in(service.port()).start().ports().get("in");
      Proxy caller = sidecars.of("web").out(BREAKER, ROUTES).to("catalog", catalog).start();
      admin = caller.ports().get("admin");
      Statistics statistics = new Statistics(admin);
      Load failing = speech.load(outside, client, caller.ports().get("out"), "stock");
      Load other = speech.load(outside, client, caller.ports().get("out"), "list");
      try (failing;
          other) {
        assertThat(failing.next(40)).containsOnlyKeys(speech.answered);
        assertThat(state(stock)).isEqualTo("CLOSED");

        mood = Mood.FAILING;
        long open = awaitOpen(stock);
        assertThat(count(statistics, stock, "open")).isEqualTo(1);
        assertHeldBack(failing, speech, open);

        mood = Mood.THINKING;
        await("one that tries").until(() -> !thinking.isEmpty());
        assertThat(state(stock)).isEqualTo("HALF_OPEN");
        assertThat(failing.next(20)).as("while one tries").containsOnlyKeys(speech.heldBack);

        mood = Mood.WELL;
        answerAll();
        await("a closed breaker").until(() -> state(stock).equals("CLOSED"));
        assertThat(failing.next(100)).as("from then on").containsOnlyKeys(speech.answered);
        assertThat(other.next(20)).containsOnlyKeys(speech.answered);
        assertThat(state(stock)).isEqualTo("CLOSED");
        assertThat(state(list)).isEqualTo("CLOSED");
      }
      assertCounted(statistics, stock, failing.all(), speech);
      assertUntouched(statistics, list, other.all(), speech);
    }
  }

  /** A time after which nothing got to the service but what tried. */
  private long awaitOpen(String method) {
    AtomicLong since = new AtomicLong();
    await("an open breaker, and nothing under way")
        .atMost(Duration.ofSeconds(30)) // so many fail, or the others' time in the window is over
        .until(
            () -> {
              since.set(System.nanoTime());
              JsonNode breaker = breaker(method);
              return breaker.get("state").asText().equals("OPEN")
                  && breaker.get("active").asInt() == 0;
            });
    return since.get();
  }

  /** Between two that try lies the time for which it stays open. */
  private void assertHeldBack(Load failing, Speech speech, long since) {
    int before = asked.get();
    Map<String, Long> answers = failing.next(100);
    long got = asked.get() - before;
    long tries = (System.nanoTime() - since) / RESET_NANOS + 1;
    assertThat(got).as("what got to the service").isLessThanOrEqualTo(tries);
    assertThat(answers.keySet()).isSubsetOf(speech.heldBack, speech.failed);
    assertThat(answers.getOrDefault(speech.failed, 0L)).isLessThanOrEqualTo(tries);
  }

  private static long count(Statistics statistics, String method, String name) {
    return statistics.of("cluster.catalog.breaker." + method + "." + name);
  }

  /** What clients were told, what the service got and what the breaker counted are the same. */
  private void assertCounted(
      Statistics statistics, String method, Map<String, Long> answers, Speech speech) {
    assertThat(answers).containsOnlyKeys(speech.answered, speech.failed, speech.heldBack);
    assertThat(answers.get(speech.failed))
        .isEqualTo(failed.get())
        .isEqualTo(count(statistics, method, "failure"));
    assertThat(answers.get(speech.answered))
        .isEqualTo(asked.get() - failed.get())
        .isEqualTo(count(statistics, method, "success"));
    assertThat(answers.get(speech.heldBack))
        .isEqualTo(count(statistics, method, "short_circuited"))
        .isEqualTo(count(statistics, method, "fallback"));
    assertThat(count(statistics, method, "open")).isZero();
  }

  private static void assertUntouched(
      Statistics statistics, String method, Map<String, Long> answers, Speech speech) {
    assertThat(answers).containsOnlyKeys(speech.answered);
    assertThat(answers.get(speech.answered)).isEqualTo(count(statistics, method, "success"));
    assertThat(count(statistics, method, "opened")).isZero();
    assertThat(count(statistics, method, "fallback")).isZero();
  }
}
