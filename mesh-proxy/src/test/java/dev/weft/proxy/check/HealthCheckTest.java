package dev.weft.proxy.check;

import static dev.weft.proxy.check.Checked.NEVER;
import static dev.weft.proxy.check.Checked.OFTEN;
import static dev.weft.proxy.check.Checked.cluster;
import static dev.weft.proxy.check.Checked.count;
import static dev.weft.proxy.check.Checked.every;
import static dev.weft.proxy.check.Checked.http;
import static dev.weft.proxy.check.Checked.to;
import static dev.weft.proxy.check.Checked.well;
import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.Arrival;
import dev.weft.proxy.testkit.Client.Reply;
import dev.weft.proxy.testkit.Mesh;
import dev.weft.proxy.testkit.RecordingUpstream;
import dev.weft.proxy.testkit.RefusingPort;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.Cluster.UpstreamProtocol;
import dev.weft.xds.model.EndpointSet.Checking;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.OutlierDetection.Ejection;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What follows from checks: where requests go, when listeners open, which endpoints leave. */
class HealthCheckTest {
  private final Mesh mesh = new Mesh();
  private final Endpoint a = new Endpoint("a");
  private final Endpoint b = new Endpoint("b");

  /** Answers checks as it is told, and all else with its name. */
  private final class Endpoint {
    final RecordingUpstream recorder = new RecordingUpstream(mesh.outside, false, null);
    final ConcurrentLinkedQueue<Arrival> held = new ConcurrentLinkedQueue<>();
    final String name;
    volatile int status = 200;
    volatile boolean holds;
    volatile String[] headers = {};

    Endpoint(String name) {
      this.name = name;
      recorder.onEnd(
          arrival -> {
            if (!arrival.path().equals("/health")) {
              answer(arrival, 200, arrival.path().equals("/marked") ? headers : new String[0]);
            } else if (holds) {
              held.add(arrival);
            } else {
              answer(arrival, status, headers);
            }
          });
    }

    private void answer(Arrival arrival, int code, String... more) {
      String[] all = new String[more.length + 2];
      all[0] = "content-length";
      all[1] = "1";
      System.arraycopy(more, 0, all, 2, more.length);
      arrival.head(code, all);
      arrival.data(name, true);
    }

    int port() {
      return recorder.port();
    }

    long checks() {
      return recorder.paths().stream().filter("/health"::equals).count();
    }
  }

  @AfterEach
  void close() {
    a.recorder.close();
    b.recorder.close();
    mesh.close();
  }

  private Cluster checked(Duration interval) {
    return cluster(UpstreamProtocol.HTTP1, null, every(interval, http()));
  }

  private Reply get() {
    return mesh.h1.get(mesh.port(), "/");
  }

  /** Who answers twenty requests. */
  private Set<String> answering() {
    Set<String> names = new HashSet<>();
    for (int i = 0; i < 20; i++) {
      Reply reply = get();
      names.add(reply.status() == 200 ? reply.body() : Integer.toString(reply.status()));
    }
    return names;
  }

  @Test
  void loadMovesAwayFromWhoFailsAndBack() {
    mesh.apply(to(checked(OFTEN), a.port(), b.port()));
    assertThat(answering()).containsExactlyInAnyOrder("a", "b");
    a.status = 503;
    await("all to b").until(() -> answering().equals(Set.of("b")));
    assertThat(well(mesh)).isEqualTo(1);
    a.status = 200;
    await("both again").until(() -> answering().equals(Set.of("a", "b")));
    assertThat(mesh.telemetry.calls("cluster/up/healthCheck")).isGreaterThan(6);
  }

  @Test
  void belowThePanicThresholdHealthDoesNotCount() {
    mesh.apply(
        to(
            cluster(UpstreamProtocol.HTTP1, null, every(OFTEN, http()), null, 60),
            a.port(),
            b.port()));
    a.status = 503;
    await("a to be out").until(() -> well(mesh) == 1);
    await("both, as one of two is less than 60 %")
        .until(() -> answering().equals(Set.of("a", "b")));
    a.status = 200;
    await("a to be back").until(() -> well(mesh) == 2);
  }

  @Test
  void withoutPanicNobodyIsPickedWhereAllFail() {
    a.status = 500;
    mesh.apply(to(checked(OFTEN), a.port()));
    assertThat(get().status()).isEqualTo(503);
    await("its line").until(() -> !mesh.telemetry.lines().isEmpty());
    assertThat(mesh.telemetry.lines().getFirst().flags()).isEqualTo("UH");
    a.status = 200;
    await("a to be back").until(() -> answering().equals(Set.of("a")));
  }

  @Test
  void listenersWaitForTheFirstChecks() {
    a.holds = true;
    CompletableFuture<?> applied =
        mesh.path.apply(to(checked(NEVER), a.port())).toCompletableFuture();
    await("the first check").until(() -> !a.held.isEmpty());
    assertThat(applied).isNotDone();
    assertThat(mesh.path.addresses()).isEmpty();
    a.held.poll().answer(200, "ok");
    applied.join();
    assertThat(get().body()).isEqualTo("a");
  }

  @Test
  void aCheckThatIsNotAnsweredInTimeIsAFailureAndTheNextHasAConnectionOfItsOwn() {
    HealthCheck check = every(OFTEN, Duration.ofMillis(200), true, http());
    mesh.apply(to(cluster(UpstreamProtocol.HTTP1, null, check), a.port()));
    a.holds = true;
    await("a to be out").until(() -> well(mesh) == 0);
    assertThat(mesh.path.runtime().cluster("up").members().getFirst().endpoint().checks().late())
        .isTrue();
    a.holds = false;
    await("a to be back").until(() -> well(mesh) == 1);
    assertThat(a.recorder.connections()).isGreaterThan(2);
    assertThat(a.recorder.arrivals()).anyMatch(arrival -> "closed".equals(arrival.cut()));
  }

  @Test
  void aRefusedConnectionCountsTowardsTheThreshold() throws IOException {
    try (RefusingPort dead = new RefusingPort()) {
      Checking elsewhere = new Checking(dead.number(), "", false);
      mesh.apply(to(checked(OFTEN), Checked.endpoint(a.port(), elsewhere)));
      assertThat(well(mesh)).isZero();
      assertThat(get().status()).isEqualTo(503);
    }
  }

  @Test
  void oneCheckAtATimeOverOneConnection() {
    mesh.apply(to(checked(OFTEN), a.port()));
    await("some checks").until(() -> a.checks() > 5);
    assertThat(a.recorder.connections()).isEqualTo(1);
    Arrival check = a.recorder.arrivals().getFirst();
    assertThat(check.head())
        .containsExactly(
            Map.entry(":method", "GET"),
            Map.entry(":path", "/health"),
            Map.entry("host", "up"),
            Map.entry(":authority", "up"),
            Map.entry("user-agent", "Envoy/HC"));
  }

  @Test
  void withoutReuseEachCheckHasItsConnection() {
    HealthCheck check = every(OFTEN, Duration.ofSeconds(5), false, http());
    mesh.apply(to(cluster(UpstreamProtocol.HTTP1, null, check), a.port()));
    await("some checks").until(() -> a.checks() > 3);
    assertThat(a.recorder.connections()).isGreaterThan(3);
  }

  @Test
  void anEndpointSaysWhereItIsCheckedOrThatItIsNot() {
    mesh.apply(
        to(checked(NEVER), Checked.endpoint(a.port(), new Checking(b.port(), "b.test", false))));
    assertThat(answering()).containsExactly("a");
    assertThat(a.checks()).isZero();
    assertThat(b.recorder.arrivals().getFirst().header(":authority")).isEqualTo("b.test");
    b.status = 500;
    mesh.apply(to(checked(NEVER), Checked.endpoint(a.port(), new Checking(0, "", true))));
    assertThat(answering()).containsExactly("a");
    assertThat(b.checks()).isEqualTo(1);
  }

  @Test
  void anAnswerToARequestMayTakeItsEndpointOutAtOnce() {
    mesh.apply(to(checked(NEVER), a.port(), b.port()));
    a.headers = new String[] {"x-envoy-immediate-health-check-fail", "true"};
    b.headers = a.headers;
    Reply told = mesh.h1.get(mesh.port(), "/marked");
    await("it to be out").until(() -> well(mesh) == 1);
    String other = told.body().equals("a") ? "b" : "a";
    await("all to the other").until(() -> answering().equals(Set.of(other)));
    // it is not counted, so that even the half that is left is no panic
    assertThat(
            mesh.path.runtime().cluster("up").members().stream()
                .filter(member -> member.endpoint().uncounted()))
        .hasSize(1);
  }

  @Test
  void connectionsToWhoFailsAreNotUsedAgain() {
    mesh.apply(to(checked(NEVER), a.port()));
    get();
    int before = a.recorder.openConnections();
    a.headers = new String[] {"x-envoy-immediate-health-check-fail", "true"};
    mesh.h1.get(mesh.port(), "/marked");
    await("the pooled connection to be closed")
        .until(() -> a.recorder.openConnections() == before - 1);
  }

  @Test
  void whoIsGoneFromDiscoveryStaysWhileChecksFindItWell() {
    mesh.apply(to(checked(OFTEN), a.port(), b.port()));
    mesh.apply(to(checked(OFTEN), b.port()));
    assertThat(count(mesh)).isEqualTo(2);
    assertThat(answering()).containsExactlyInAnyOrder("a", "b");
    a.status = 500;
    await("a to leave").until(() -> count(mesh) == 1);
    await("all to b").until(() -> answering().equals(Set.of("b")));
    await("its connections to be closed").until(() -> a.recorder.openConnections() == 0);
    assertThat(well(mesh)).isEqualTo(1);
  }

  @Test
  void whoComesBackToDiscoveryStays() {
    mesh.apply(to(checked(OFTEN), a.port(), b.port()));
    mesh.apply(to(checked(OFTEN), b.port()));
    mesh.apply(to(checked(OFTEN), a.port(), b.port()));
    a.status = 500;
    await("a to be out").until(() -> well(mesh) == 1);
    assertThat(count(mesh)).isEqualTo(2);
  }

  @Test
  void whereAskedForWhoIsGoneGoesAtOnce() {
    HealthCheck often = every(OFTEN, http());
    HealthCheck check =
        new HealthCheck(
            often.timeout(),
            often.intervals(),
            often.unhealthyThreshold(),
            often.healthyThreshold(),
            often.reuseConnection(),
            often.alpn(),
            false,
            true,
            often.probe());
    Cluster cluster = cluster(UpstreamProtocol.HTTP1, null, check);
    mesh.apply(to(cluster, a.port(), b.port()));
    mesh.apply(to(cluster, b.port()));
    assertThat(count(mesh)).isEqualTo(1);
    await("the connection for its checks to be closed")
        .until(() -> a.recorder.openConnections() == 0);
  }

  @Test
  void checksEndWithTheirClusterAndBeginWithIt() {
    Cluster without = cluster(UpstreamProtocol.HTTP1, null, null);
    mesh.apply(to(without, a.port()));
    assertThat(a.checks()).isZero();
    // A connection that is being opened while its endpoint fails would stay for later.
    assertThat(answering()).containsExactly("a");
    a.status = 500;
    mesh.apply(to(checked(OFTEN), a.port()));
    await("a to be out").until(() -> answering().equals(Set.of("503")));
    mesh.apply(to(without, a.port()));
    await("checks to have ended").until(() -> a.recorder.openConnections() == 0);
    assertThat(answering()).containsExactly("a");
  }

  @Test
  void anEndpointInUseServesUntilItsFirstCheckSaysOtherwise() {
    mesh.apply(to(cluster(UpstreamProtocol.HTTP1, null, null), a.port()));
    a.holds = true;
    mesh.apply(to(checked(NEVER), a.port()));
    await("the first check").until(() -> !a.held.isEmpty());
    assertThat(answering()).containsExactly("a");
    a.held.poll().answer(500, "");
    await("a to be out").until(() -> answering().equals(Set.of("503")));
  }

  @Test
  void aSuccessEndsAnEjection() {
    OutlierDetection detection =
        OutlierDetection.consecutive5xx(
            1, NEVER, new Ejection(NEVER, NEVER, Duration.ZERO, 100, false));
    mesh.apply(
        to(cluster(UpstreamProtocol.HTTP1, null, every(OFTEN, http()), detection, 0), a.port()));
    a.recorder.onEnd(arrival -> arrival.answer(arrival.path().equals("/health") ? 200 : 500, "x"));
    get();
    await("the ejection").until(() -> mesh.telemetry.calls("cluster/up/ejected") > 0);
    await("its end")
        .until(() -> !mesh.path.runtime().cluster("up").members().getFirst().endpoint().ejected());
  }

  @Test
  void newEndpointsDoNotCountBeforeTheirFirstCheckWhereAskedFor() {
    HealthCheck check =
        new HealthCheck(
            Duration.ofSeconds(5),
            every(NEVER, http()).intervals(),
            1,
            1,
            true,
            List.of(),
            true,
            false,
            http());
    Cluster cluster = cluster(UpstreamProtocol.HTTP1, null, check, null, 60);
    mesh.apply(to(cluster, a.port()));
    b.holds = true;
    mesh.apply(to(cluster, a.port(), b.port()));
    await("the first check of b").until(() -> !b.held.isEmpty());
    assertThat(answering()).as("no panic, although one of two is well").containsExactly("a");
    b.held.poll().answer(200, "ok");
    await("both").until(() -> answering().equals(Set.of("a", "b")));
  }
}
