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
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * One of three endpoints dies while clients ask without a pause: within a second nobody is sent
 * there any more, no request fails, and once it lives it is used again.
 */
class DeadEndpointTest {
  private static final int CLIENTS = 16;

  /** Time that stands still while this process does: a busy machine takes none of the second. */
  private static final int TICK_MILLIS = 10;

  private static final int SECOND = 1000 / TICK_MILLIS;

  private static final String ROUTES =
      """
      - match: {prefix: /}
        route:
          cluster: shop
          retry_policy:
            retry_on: connect-failure,refused-stream,reset,gateway-error
            num_retries: 4
            per_try_timeout: 0.4s
            retry_back_off: {base_interval: 0.005s, max_interval: 0.02s}
            host_selection_retry_max_attempts: 20
            retry_host_predicate:
            - name: envoy.retry_host_predicates.previous_hosts
              typed_config: {"@type": type.googleapis.com/envoy.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate}
      """;

  private static final String CLUSTER =
      """
      - name: shop
        type: STATIC
        connect_timeout: 0.4s
        circuit_breakers: {thresholds: [{max_retries: 100}]}
      """;

  @TempDir Path folder;
  private final Vertx outside = Vertx.vertx();
  private final Client client = new Client(outside, HttpVersion.HTTP_1_1);
  private volatile boolean silent;
  private final Backend mortal =
      Backend.start(
          outside,
          request -> {
            if (!silent) {
              request.response().end("mortal");
            }
          });
  private final List<Backend> others =
      Stream.of("b", "c").map(name -> Backend.named(outside, name)).toList();

  /** How it dies. */
  private enum Death {
    KILLED {
      @Override
      void of(DeadEndpointTest test) throws IOException {
        test.mortal.goDown();
      }

      @Override
      void undo(DeadEndpointTest test) throws IOException {
        test.mortal.back();
      }
    },
    /** It takes connections and requests, and answers none: a process that was stopped. */
    SILENT {
      @Override
      void of(DeadEndpointTest test) {
        test.silent = true;
      }

      @Override
      void undo(DeadEndpointTest test) {
        test.silent = false;
      }
    };

    abstract void of(DeadEndpointTest test) throws IOException;

    abstract void undo(DeadEndpointTest test) throws IOException;
  }

  /** Who finds out. */
  private enum Finding {
    BY_ITS_REQUESTS(
        """
          outlier_detection:
            consecutive_5xx: 5
            interval: 0.2s
            base_ejection_time: 2s
            max_ejection_percent: 50
            enforcing_success_rate: 0
        """),
    BY_CHECKS(
        """
          health_checks:
          - timeout: 0.3s
            interval: 0.1s
            no_traffic_interval: 0.1s
            unhealthy_threshold: 2
            healthy_threshold: 2
            http_health_check: {path: /healthz}
        """);

    private final String said;

    Finding(String said) {
      this.said = said;
    }
  }

  @AfterEach
  void close() {
    Client.await(outside.close());
  }

  static Stream<Arguments> ways() {
    return Stream.of(Death.values())
        .flatMap(death -> Stream.of(Finding.values()).map(finding -> Arguments.of(death, finding)));
  }

  @ParameterizedTest(name = "{0}, found {1}")
  @MethodSource("ways")
  void itIsOutWithinASecondAndNoRequestFails(Death death, Finding finding) throws Exception {
    int[] ports = {mortal.port(), others.get(0).port(), others.get(1).port()};
    String cluster = CLUSTER + finding.said + "  " + FromBootstrap.endpoints("shop", ports) + "\n";
    try (Proxy proxy = FromBootstrap.start(folder, FromBootstrap.ADMIN, ROUTES, cluster)) {
      Statistics statistics = new Statistics(proxy.ports().get("admin"));
      await("three endpoints").until(() -> statistics.of("cluster.shop.membership_healthy") == 3);
      Load load = Load.gets(outside, client, proxy.ports().get("in"), "/", CLIENTS);
      try (load) {
        assertThat(load.next(300)).containsOnlyKeys("200 mortal", "200 b", "200 c");

        death.of(this);
        int ticks = 0;
        while (statistics.of("cluster.shop.membership_healthy") == 3) {
          assertThat(ticks++).as("ticks of %d ms until it is out", TICK_MILLIS).isLessThan(SECOND);
          TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
        }
        load.next(CLIENTS); // what was on its way has arrived
        int sent = mortal.requests();
        assertThat(load.next(100)).containsOnlyKeys("200 b", "200 c");
        if (finding == Finding.BY_ITS_REQUESTS) {
          assertThat(mortal.requests()).as("requests that it got").isEqualTo(sent);
        }

        death.undo(this);
        await("it is used again").until(() -> load.next(20).containsKey("200 mortal"));
      }
      assertThat(load.all())
          .as("no request failed")
          .containsOnlyKeys("200 mortal", "200 b", "200 c");
    }
  }
}
