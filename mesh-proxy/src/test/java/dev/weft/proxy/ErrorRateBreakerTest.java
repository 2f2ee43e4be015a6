package dev.weft.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.proxy.bootstrap.BootstrapException;
import dev.weft.proxy.config.ProxyConfig;
import dev.weft.proxy.filter.HttpFilters;
import dev.weft.proxy.filter.breaker.Breaker;
import dev.weft.proxy.filter.breaker.Breaker.Control;
import dev.weft.proxy.filter.breaker.Breaker.State;
import dev.weft.proxy.filter.breaker.Breakers;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Client.Reply;
import dev.weft.proxy.testkit.FromYaml;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RecordingTelemetry.Line;
import io.vertx.core.Future;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The error-rate breaker as a user configures it, between a client and a service that fails. */
class ErrorRateBreakerTest {
  /** Opens by three failures out of four requests, for as long as a test lasts. */
  private static final String TIGHT =
      "min_requests: 4, failure_percent: 75, failures_rolling_window: 3600s, reset_timeout: 3600s";

  private final HttpFilters filters = new HttpFilters();
  private final Mesh mesh = new Mesh(filters);
  private final Queue<HttpServerRequest> hanging = new ConcurrentLinkedQueue<>();
  private Backend backend;
  private Backend other;

  /** Answers with the status that the header {@code want} asks for; {@code none}: not at all. */
  @BeforeEach
  void start() {
    backend = Backend.start(mesh.outside, this::answer);
    other = Backend.named(mesh.outside, "the other");
  }

  private void answer(HttpServerRequest request) {
    String want = request.getHeader("want");
    if ("none".equals(want)) {
      hanging.add(request);
      return;
    }
    String grpc = request.getHeader("grpc");
    if (grpc != null) {
      request
          .response()
          .putHeader("content-type", "application/grpc")
          .putHeader("grpc-status", grpc)
          .end();
      return;
    }
    request
        .response()
        .setStatusCode(want == null ? 200 : Integer.parseInt(want))
        .putHeader("cache-control", request.getHeader("say") == null ? "max-age=1" : "private")
        .putHeader("vary", "accept-language")
        .putHeader("x-up", "1")
        .end(request.method() + " " + request.uri() + " " + backend.requests());
  }

  @AfterEach
  void close() {
    mesh.close();
  }

  private void serve(String breaker) throws BootstrapException {
    mesh.apply(config(breaker, "{match: {prefix: /}, name: shop, route: {cluster: up}}"));
  }

  private ProxyConfig config(String breaker, String routes) throws BootstrapException {
    return FromYaml.http(
        "{name: breaker, typed_config: " + message(breaker) + "}",
        "virtual_hosts: [{name: v, domains: ['*'], routes: [" + routes + "]}]",
        backend.port(),
        other.port());
  }

  private static String message(String breaker) {
    return "{'@type': type.googleapis.com/weft.filters.http.error_rate_breaker.v1.ErrorRateBreaker"
        + (breaker.isEmpty() ? "" : ", ")
        + breaker
        + "}";
  }

  private Reply get(String... headers) {
    return call(HttpMethod.GET, "/", headers);
  }

  private Reply call(HttpMethod method, String path, String... headers) {
    return Client.await(start(method, path, headers));
  }

  private Future<Reply> start(HttpMethod method, String path, String... headers) {
    Map<String, String> named = new LinkedHashMap<>();
    for (int i = 0; i < headers.length; i += 2) {
      named.put(headers[i], headers[i + 1]);
    }
    return mesh.h1.start(mesh.port(), method, path, named, null);
  }

  private void fail(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(get("want", "500").status()).isEqualTo(500);
    }
  }

  private Breaker.Snapshot breaker(String method) {
    return filters.breakers().views(System.nanoTime()).stream()
        .filter(view -> view.cluster().equals("up") && view.method().equals(method))
        .findFirst()
        .orElseThrow()
        .snapshot();
  }

  private long count(String name) {
    return mesh.telemetry.count("cluster.up.breaker.shop." + name);
  }

  /** The last line of the log once there are so many. */
  private Line line(int of) {
    await().until(() -> mesh.telemetry.lines().size() == of);
    return mesh.telemetry.lines().getLast();
  }

  // opening and closing

  @Test
  void opensByTheShareOfFailures() throws Exception {
    serve(TIGHT);
    assertThat(get().status()).isEqualTo(200);
    fail(2);
    assertThat(get("want", "404").status()).as("nobody's failure").isEqualTo(404);
    assertThat(breaker("shop").state()).as("half of them").isEqualTo(State.CLOSED);
    assertThat(breaker("shop").requests()).isEqualTo(4);
    assertThat(breaker("shop").failures()).isEqualTo(2);
    fail(4);
    assertThat(breaker("shop").state()).as("six of eight").isEqualTo(State.OPEN);
    int asked = backend.requests();

    Reply refused = get();

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.body()).startsWith("circuit breaker open").contains("try again in 3600 s");
    assertThat(refused.header("retry-after")).isEqualTo("3600");
    assertThat(refused.header("x-envoy-overloaded")).isEqualTo("true");
    assertThat(backend.requests()).as("is left in peace").isEqualTo(asked);
    assertThat(line(9).flags()).isEqualTo("UO");
    assertThat(line(9).details()).isEqualTo("error_rate_breaker_open");
    assertThat(line(9).cluster()).isEqualTo("up");
    assertThat(count("open")).isEqualTo(1);
    assertThat(count("opened")).isEqualTo(1);
    assertThat(count("success")).isEqualTo(2);
    assertThat(count("failure")).isEqualTo(6);
    assertThat(count("short_circuited")).isEqualTo(1);
  }

  @Test
  void aTrialClosesItAgain() throws Exception {
    serve("min_requests: 1, failures_rolling_window: 3600s, reset_timeout: 0.05s");
    fail(1);

    await()
        .untilAsserted(
            () -> {
              get(); // refused until one may try
              assertThat(breaker("shop").state()).isEqualTo(State.CLOSED);
            });
    assertThat(get().status()).isEqualTo(200);
    assertThat(count("open")).isZero();
    assertThat(count("opened")).isEqualTo(1);
  }

  @Test
  void whatTheClientBreaksOffDoesNotCount() throws Exception {
    serve("min_requests: 1, failures_rolling_window: 3600s, timeout: 0s");
    var request = Client.await(mesh.h1.request(mesh.port(), HttpMethod.GET, "/"));
    request.putHeader("want", "none").send();
    await().until(() -> !hanging.isEmpty());
    assertThat(breaker("shop").active()).isEqualTo(1);

    Client.await(request.connection().close());

    await().until(() -> breaker("shop").active() == 0);
    assertThat(breaker("shop").state()).isEqualTo(State.CLOSED);
    assertThat(breaker("shop").requests()).isZero();
  }

  @Test
  void anAnswerThatDoesNotBeginInTimeIsAFailure() throws Exception {
    serve("min_requests: 1, failures_rolling_window: 3600s, timeout: 0.05s, reset_timeout: 3600s");

    Reply late = get("want", "none");

    assertThat(late.status()).isEqualTo(504);
    assertThat(line(1).flags()).isEqualTo("UT");
    assertThat(mesh.telemetry.calls("cluster/up/timeout")).isEqualTo(1);
    assertThat(breaker("shop").state()).isEqualTo(State.OPEN);
    assertThat(count("timeout")).isEqualTo(1);
  }

  @Test
  void anAnswerThatHasBegunMayTakeItsTime() throws Exception {
    serve("min_requests: 1, failures_rolling_window: 3600s, timeout: 2s");
    Future<Reply> reply = start(HttpMethod.GET, "/", "want", "none");
    await().until(() -> !hanging.isEmpty());
    HttpServerRequest request = hanging.remove();
    request.response().setChunked(true).write("slow");
    // Longer than it would have had to begin.
    mesh.outside.setTimer(2300, id -> request.response().end("ly"));

    assertThat(Client.await(reply).body()).isEqualTo("slowly");
    assertThat(breaker("shop").state()).isEqualTo(State.CLOSED);
  }

  @Test
  void asManyAsMayBeAreUnderWay() throws Exception {
    serve("max_concurrent: 2, timeout: 0s");
    List<Future<Reply>> under = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      under.add(start(HttpMethod.GET, "/", "want", "none"));
    }
    await().until(() -> hanging.size() == 2);

    Reply refused = get();

    assertThat(refused.status()).isEqualTo(503);
    assertThat(refused.body()).isEqualTo("circuit breaker full: 2 requests are under way");
    assertThat(refused.header("retry-after")).isNull();
    assertThat(line(1).details()).isEqualTo("error_rate_breaker_full");
    hanging.forEach(request -> request.response().end());
    under.forEach(Client::await);
    await().until(() -> breaker("shop").active() == 0);
    assertThat(get().status()).isEqualTo(200);
    assertThat(count("rejected")).isEqualTo(1);
    assertThat(breaker("shop").failures()).as("says nothing of the service").isZero();
  }

  @Test
  void callsCountByTheirMethodAndStatus() throws Exception {
    serve("min_requests: 1, failures_rolling_window: 3600s, reset_timeout: 3600s");
    String[] fine = {"content-type", "application/grpc", "grpc", "5"};
    String[] broken = {"content-type", "application/grpc", "grpc", "14"};
    assertThat(call(HttpMethod.POST, "/shop.Cart/Get", fine).header("grpc-status")).isEqualTo("5");
    assertThat(call(HttpMethod.POST, "/shop.Cart/Add", broken).header("grpc-status"))
        .isEqualTo("14");

    Reply refused = call(HttpMethod.POST, "/shop.Cart/Add", fine);

    assertThat(refused.status()).isEqualTo(200);
    assertThat(refused.header("grpc-status")).isEqualTo("14");
    assertThat(refused.header("grpc-message")).startsWith("circuit breaker open");
    assertThat(call(HttpMethod.POST, "/shop.Cart/Get", fine).header("grpc-status"))
        .as("another method")
        .isEqualTo("5");
    assertThat(breaker("/shop.Cart/Add").state()).isEqualTo(State.OPEN);
    assertThat(breaker("/shop.Cart/Get").state()).isEqualTo(State.CLOSED);
  }

  @Test
  void aChangedConfigurationGoesOnWithWhatWasCounted() throws Exception {
    serve(TIGHT);
    fail(3);
    serve("min_requests: 3, failures_rolling_window: 7200s, reset_timeout: 3600s");
    assertThat(breaker("shop").failures()).isEqualTo(3);

    fail(1);

    assertThat(breaker("shop").state()).isEqualTo(State.OPEN);
    serve("min_requests: 1000");
    assertThat(get().status()).as("stays open").isEqualTo(503);
    serve("min_requests: 1000, reset_timeout: 0.001s");
    assertThat(get().status()).as("one may try").isEqualTo(200);
    assertThat(breaker("shop").state()).isEqualTo(State.CLOSED);
  }

  @Test
  void routesSayOtherwise() throws Exception {
    mesh.apply(
        config(
            TIGHT,
            "{match: {prefix: /eager}, name: eager, route: {cluster: up}, typed_per_filter_config:"
                + " {breaker: "
                + message("min_requests: 1, reset_timeout: 3600s, failure_statuses: [404]")
                + "}}, {match: {prefix: /}, name: shop, route: {cluster: up}}"));
    call(HttpMethod.GET, "/eager", "want", "500");
    assertThat(breaker("eager").state()).as("is no failure there").isEqualTo(State.CLOSED);
    call(HttpMethod.GET, "/eager", "want", "404");
    call(HttpMethod.GET, "/eager", "want", "404");

    assertThat(breaker("eager").state()).isEqualTo(State.OPEN);
    assertThat(get().status()).isEqualTo(200);
  }

  // by hand

  @Test
  void somebodyHoldsItOpenOrClosed() throws Exception {
    serve("min_requests: 1, failures_rolling_window: 3600s, reset_timeout: 3600s");
    Breakers breakers = filters.breakers();
    breakers.control("up", null, Control.OPEN);
    assertThat(get().status()).isEqualTo(503);
    assertThat(line(1).details()).isEqualTo("error_rate_breaker_held_open");
    assertThat(get().header("retry-after")).isNull();
    assertThat(count("open")).isEqualTo(1);

    assertThat(breakers.control("up", "shop", Control.CLOSED)).isTrue();
    fail(5);
    assertThat(breaker("shop").state()).isEqualTo(State.CLOSED);
    assertThat(count("open")).isZero();

    breakers.control("up", "shop", Control.AUTO);
    fail(1);
    assertThat(get().status()).isEqualTo(503);
    assertThat(breakers.control("up", "nobody", Control.AUTO)).isFalse();
  }

  @Test
  void breakersGoWithTheirCluster() throws Exception {
    serve("");
    get();
    assertThat(filters.breakers().views(0)).hasSize(1);

    filters.breakers().retain(Set.of("up"));
    assertThat(filters.breakers().views(0)).hasSize(1);
    filters.breakers().retain(Set.of("another"));
    assertThat(filters.breakers().views(0)).isEmpty();
  }

  // fallbacks

  @Test
  void aReplyThatIsAlwaysTheSame() throws Exception {
    serve(
        "min_requests: 1, failures_rolling_window: 3600s, reset_timeout: 3600s, fallback: {reply:"
            + " {status: 200, body: '[]', grpc_status: 9, headers: {content-type: application/json,"
            + " x-from: breaker}}}");
    fail(1);

    Reply reply = get();

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo("[]");
    assertThat(reply.header("content-type")).isEqualTo("application/json");
    assertThat(reply.header("x-from")).isEqualTo("breaker");
    assertThat(reply.header("retry-after")).isNull();
    assertThat(line(2).flags()).isEqualTo("UO");
    assertThat(count("fallback")).isEqualTo(1);
    filters.breakers().control("up", null, Control.OPEN);
    Reply call = call(HttpMethod.POST, "/a.B/C", "content-type", "application/grpc");
    assertThat(call.header("grpc-status")).isEqualTo("9");
    assertThat(call.header("content-type")).isEqualTo("application/grpc");
    assertThat(call.header("x-from")).isEqualTo("breaker");
  }

  @Test
  void anotherClusterAnswers() throws Exception {
    serve(
        "min_requests: 1, failures_rolling_window: 3600s, reset_timeout: 3600s,"
            + " fallback: {cluster: other}");
    fail(1);

    Reply reply = get();

    assertThat(reply.status()).isEqualTo(200);
    assertThat(reply.body()).isEqualTo("the other");
    assertThat(line(2).cluster()).isEqualTo("other");
    assertThat(line(2).flags()).isEqualTo("UO");
    serve(
        "min_requests: 1, failures_rolling_window: 3600s, reset_timeout: 3600s,"
            + " fallback: {cluster: nobody}");
    assertThat(get().status()).as("a cluster that is not there").isEqualTo(503);
  }

  @Test
  void theLastGoodAnswerIsGivenAgain() throws Exception {
    serve(
        "min_requests: 1, failure_percent: 1, failures_rolling_window: 3600s, reset_timeout:"
            + " 3600s, fallback: {last_good: {max_body_bytes: 100}}");
    String good = call(HttpMethod.GET, "/list?page=2", "accept-language", "de").body();
    call(HttpMethod.GET, "/long?" + "x".repeat(100));
    call(HttpMethod.GET, "/mine", "authorization", "Bearer a");
    call(HttpMethod.GET, "/yours", "cookie", "a=b");
    call(HttpMethod.GET, "/private", "say", "private");
    call(HttpMethod.POST, "/change");
    fail(1);

    Reply again = call(HttpMethod.GET, "/list?page=2", "accept-language", "de");

    assertThat(again.status()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(good);
    assertThat(again.header("x-up")).isEqualTo("1");
    assertThat(Integer.parseInt(again.header("age"))).isNotNegative();
    Reply head = call(HttpMethod.HEAD, "/list?page=2", "accept-language", "de");
    assertThat(head.status()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.header("content-length")).isEqualTo(Integer.toString(good.length()));
    assertThat(call(HttpMethod.GET, "/list?page=2", "accept-language", "fr").status())
        .as("in another language")
        .isEqualTo(503);
    assertThat(call(HttpMethod.GET, "/list?page=3").status()).isEqualTo(503);
    assertThat(call(HttpMethod.GET, "/long?" + "x".repeat(100)).status()).isEqualTo(503);
    assertThat(call(HttpMethod.GET, "/mine").status()).isEqualTo(503);
    assertThat(call(HttpMethod.GET, "/yours").status()).isEqualTo(503);
    assertThat(call(HttpMethod.GET, "/private").status()).isEqualTo(503);
    assertThat(call(HttpMethod.POST, "/change").status()).isEqualTo(503);
    assertThat(
            call(HttpMethod.GET, "/list?page=2", "accept-language", "de", "authorization", "b")
                .status())
        .as("to somebody")
        .isEqualTo(503);
    assertThat(count("fallback")).isEqualTo(2);
  }

  @Test
  void retriesAreOneRequest() throws Exception {
    mesh.apply(
        config(
            TIGHT,
            "{match: {prefix: /}, name: shop, route: {cluster: up, retry_policy: {retry_on: 5xx,"
                + " num_retries: 3, retry_back_off: {base_interval: 0.001s}}}}"));

    get("want", "500");

    assertThat(backend.requests()).isEqualTo(4);
    assertThat(breaker("shop").requests()).isEqualTo(1);
    assertThat(Duration.ofNanos(breaker("shop").retryNanos())).isZero();
  }
}
