package dev.weft.proxy;

import static dev.weft.proxy.testkit.Configs.config;
import static dev.weft.proxy.testkit.Configs.endpoints;
import static dev.weft.proxy.testkit.Configs.table;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ProxyConfig.ClusterConfig;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import dev.weft.proxy.testkit.Configs;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.OutlierDetection;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;

/** Tries of a request beside each other. */
class HedgingTest {
  private final Mesh mesh = new Mesh();

  @AfterEach
  void close() {
    mesh.close();
  }

  private void apply(String policy, ClusterConfig cluster) {
    mesh.apply(
        config(
            table(
                "virtual_hosts: [{name: v, domains: ['*'], routes: [{match: {prefix: /}, route:"
                    + " {cluster: c, timeout: 5s, hedge_policy: {hedge_on_per_try_timeout: true},"
                    + " retry_policy: {retry_on: 5xx, retry_back_off: {base_interval: 0.001s}, "
                    + policy
                    + "}}}]}]"),
            cluster));
  }

  private static ClusterConfig cluster(
      UpstreamProtocol protocol, Thresholds thresholds, OutlierDetection outliers, int... ports) {
    return new ClusterConfig(
        Configs.cluster("c", protocol, null, thresholds, outliers), endpoints("c", ports));
  }

  private int calls(String count) {
    return mesh.telemetry.calls("cluster/c/" + count);
  }

  /** An answer that is given when another was asked for. */
  private record Late(HttpServerResponse response, Buffer body) {}

  /**
   * Whatever endpoints do, every client gets one answer, and its own; every try that began ends.
   */
  @ParameterizedTest
  @org.junit.jupiter.params.provider.ValueSource(
      strings = {"HTTP1", "HTTP1", "HTTP1", "HTTP1", "HTTP1", "HTTP1", "HTTP1", "HTTP1", "HTTP2"})
  void everyClientHasOneAnswer(UpstreamProtocol protocol) {
    Random random = new Random(17);
    Queue<Late> late = new ConcurrentLinkedQueue<>();
    Backend moody =
        Backend.start(
            mesh.outside,
            request -> {
              int mood;
              synchronized (random) {
                mood = random.nextInt(10);
              }
              request
                  .body()
                  .onSuccess(
                      body -> {
                        switch (mood) {
                          case 0 -> request.response().setStatusCode(503).end();
                          case 1 -> request.response().reset();
                          case 2 -> {} // says nothing, ever
                          case 3, 4, 5 -> late.add(new Late(request.response(), body));
                          default -> request.response().end(body);
                        }
                        Late due = mood > 5 ? late.poll() : null;
                        if (due != null && !due.response.closed()) {
                          due.response.end(due.body);
                        }
                      });
            });
    apply(
        "num_retries: 3, per_try_timeout: 0.05s",
        cluster(protocol, new Thresholds(1024, 1024, 1024, 1024, null), null, moody.port()));

    List<Future<Client.Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      replies.add(mesh.h2.start(mesh.port(), HttpMethod.POST, "/", Map.of(), "body " + i));
    }

    int answered = 0;
    for (int i = 0; i < replies.size(); i++) {
      Client.Reply reply = Client.await(replies.get(i));
      if (reply.status() == 200) {
        answered++;
        assertThat(reply.body()).isEqualTo("body " + i);
      } else {
        assertThat(reply.status()).isIn(503, 504);
      }
    }
    assertThat(answered).isGreaterThan(200);
    assertThat(calls("retry")).isPositive();
    await("the ends of all tries")
        .untilAsserted(() -> assertThat(calls("requestEnded")).isEqualTo(calls("requestStarted")));
    await("a line for each").until(() -> mesh.telemetry.lines().size() == replies.size());
  }

  @Test
  void whoIsSlowIsLeftOutThoughItsClientsAreAnswered() {
    Backend silent = Backend.start(mesh.outside, request -> {});
    Backend good = Backend.named(mesh.outside, "good");
    apply(
        "num_retries: 1, per_try_timeout: 0.05s, retry_host_predicate: [{name: previous,"
            + " typed_config: {'@type': 'type.googleapis.com/envoy.extensions.retry.host"
            + ".previous_hosts.v3.PreviousHostsPredicate'}}]",
        cluster(
            UpstreamProtocol.HTTP1,
            Thresholds.DEFAULTS,
            OutlierDetection.consecutive5xx(
                2,
                Duration.ofSeconds(10),
                new OutlierDetection.Ejection(
                    Duration.ofSeconds(30), Duration.ofSeconds(300), Duration.ZERO, 50, false)),
            silent.port(),
            good.port()));

    await("the ejection")
        .until(
            () -> {
              assertThat(mesh.h1.get(mesh.port(), "/").body()).isEqualTo("good");
              return calls("ejected") == 1;
            });
    assertThat(silent.requests()).isGreaterThanOrEqualTo(2);
    await("requests that go past it")
        .until(
            () -> {
              int before = silent.requests();
              for (int i = 0; i < 4; i++) {
                assertThat(mesh.h1.get(mesh.port(), "/").body()).isEqualTo("good");
              }
              return silent.requests() == before;
            });
  }

  /** Two requests are slow, and there is room for one retry at a time. */
  @Test
  void whatGoesOnBesideCountsAgainstTheBreakerOfRetries() {
    Queue<HttpServerRequest> waiting = new ConcurrentLinkedQueue<>();
    AtomicInteger first = new AtomicInteger();
    Backend slow = Backend.start(mesh.outside, waiting::add);
    apply(
        "num_retries: 1, per_try_timeout: 0.1s",
        cluster(
            UpstreamProtocol.HTTP2, new Thresholds(1024, 1024, 1024, 1, null), null, slow.port()));

    List<Future<Client.Reply>> replies = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      replies.add(mesh.h2.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null));
    }
    await("one retry, and one that is not").until(() -> calls("retryOverflow") == 1);
    await("the retry").until(() -> waiting.size() == 3);
    waiting.forEach(request -> request.response().end("answer " + first.incrementAndGet()));

    replies.forEach(reply -> assertThat(Client.await(reply).status()).isEqualTo(200));
    assertThat(slow.requests()).isEqualTo(3);
    await("the ends of all tries").until(() -> calls("requestEnded") == 3);
    // Its permit came back.
    Future<Client.Reply> third = mesh.h2.start(mesh.port(), HttpMethod.GET, "/", Map.of(), null);
    await("the third's retry").until(() -> calls("retry") == 2);
    await("both tries").until(() -> waiting.size() == 5);
    waiting.stream()
        .filter(request -> !request.response().ended() && !request.response().closed())
        .forEach(request -> request.response().end());
    assertThat(Client.await(third).status()).isEqualTo(200);
  }
}
