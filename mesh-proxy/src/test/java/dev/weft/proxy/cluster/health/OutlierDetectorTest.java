package dev.weft.proxy.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.telemetry.ClusterStats;
import dev.weft.proxy.testkit.RecordingTelemetry;
import dev.weft.xds.model.Cluster.OutlierDetection;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Ejections, and returns, by a clock that the test moves. */
class OutlierDetectorTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private final ClusterStats stats = telemetry.cluster("c");

  private static OutlierDetection config(
      int fiveXx, int gateway, int local, boolean split, int max) {
    return new OutlierDetection(
        fiveXx,
        gateway,
        local,
        split,
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        Duration.ofSeconds(25),
        max);
  }

  private static List<EndpointHealth> endpoints(int count) {
    return Stream.generate(EndpointHealth::new).limit(count).toList();
  }

  private OutlierDetector detector(OutlierDetection config, List<EndpointHealth> endpoints) {
    return new OutlierDetector(config, endpoints, stats, this);
  }

  @Test
  void ejectsAfterFailuresInARowOnly() {
    List<EndpointHealth> endpoints = endpoints(2);
    OutlierDetector detector = detector(config(3, 0, 0, false, 50), endpoints);
    EndpointHealth first = endpoints.getFirst();
    detector.onStatus(first, 500, 0);
    detector.onStatus(first, 500, 0);
    detector.onStatus(first, 200, 0);
    detector.onStatus(first, 500, 0);
    detector.onNoAnswer(first, 0);
    assertThat(first.ejected()).isFalse();
    assertThat(detector.onStatus(first, 503, 0)).isTrue();
    assertThat(first.ejected()).isTrue();
  }

  @Test
  void gatewayFailuresCountForThemselves() {
    List<EndpointHealth> endpoints = endpoints(2);
    OutlierDetector detector = detector(config(0, 2, 0, false, 100), endpoints);
    EndpointHealth first = endpoints.getFirst();
    detector.onStatus(first, 503, 0);
    detector.onStatus(first, 500, 0);
    detector.onStatus(first, 502, 0);
    assertThat(first.ejected()).isFalse();
    detector.onStatus(first, 504, 0);
    assertThat(first.ejected()).isTrue();
  }

  @Test
  void localFailuresCountForThemselvesWhereSplit() {
    List<EndpointHealth> endpoints = endpoints(2);
    OutlierDetector detector = detector(config(1, 1, 2, true, 100), endpoints);
    EndpointHealth first = endpoints.getFirst();
    detector.onNoAnswer(first, 0);
    detector.onStatus(first, 200, 0);
    detector.onNoAnswer(first, 0);
    assertThat(first.ejected()).isFalse();
    detector.onNoAnswer(first, 0);
    assertThat(first.ejected()).isTrue();
  }

  @Test
  void theOneAboutToGoCountsTowardsTheLimit() {
    List<EndpointHealth> four = endpoints(4);
    OutlierDetector detector = detector(config(1, 0, 0, false, 50), four);
    four.forEach(endpoint -> detector.onStatus(endpoint, 500, 0));
    assertThat(four.stream().filter(EndpointHealth::ejected)).hasSize(2);
    assertThat(telemetry.calls("cluster/c/ejectionOverflow")).isEqualTo(2);
    List<EndpointHealth> nine = endpoints(9);
    OutlierDetector defaults = detector(config(1, 0, 0, false, 10), nine);
    nine.forEach(endpoint -> defaults.onStatus(endpoint, 500, 0));
    assertThat(nine).noneMatch(EndpointHealth::ejected);
  }

  @Test
  void eachEjectionTakesLongerUpToTheLongestAndIsForgiven() {
    List<EndpointHealth> endpoints = endpoints(2);
    OutlierDetector detector = detector(config(1, 0, 0, false, 50), endpoints);
    EndpointHealth first = endpoints.getFirst();
    long now = 0;
    for (long seconds : new long[] {10, 20, 25, 25}) {
      detector.onStatus(first, 500, now);
      assertThat(detector.tick(now + seconds * SECOND - 1)).isFalse();
      assertThat(first.ejected()).isTrue();
      now += seconds * SECOND;
      assertThat(detector.tick(now)).isTrue();
      assertThat(first.ejected()).isFalse();
    }
    for (int healthy = 0; healthy < 4; healthy++) {
      detector.tick(now += SECOND);
    }
    detector.onStatus(first, 500, now);
    assertThat(detector.tick(now + 10 * SECOND)).isTrue();
  }

  @Test
  void aCheckThatSucceedsEndsAnEjectionUnlessToldOtherwise() {
    for (boolean readmits : new boolean[] {true, false}) {
      Duration hour = Duration.ofHours(1);
      OutlierDetection config =
          new OutlierDetection(1, 0, 0, false, hour, hour, hour, 50, readmits);
      List<EndpointHealth> endpoints = endpoints(2);
      OutlierDetector detector = detector(config, endpoints);
      assertThat(detector.onWell(endpoints.getFirst())).isFalse();
      detector.onStatus(endpoints.getFirst(), 500, 0);
      assertThat(detector.onWell(endpoints.getFirst())).isEqualTo(readmits);
      assertThat(endpoints.getFirst().ejected()).isEqualTo(!readmits);
    }
  }

  @Test
  void ejectionsOutliveAConfiguration() {
    List<EndpointHealth> endpoints = endpoints(4);
    detector(config(1, 0, 0, false, 50), endpoints).onStatus(endpoints.getFirst(), 500, 0);
    OutlierDetector next = detector(config(1, 0, 0, false, 50), endpoints);
    next.onStatus(endpoints.get(1), 500, 0);
    next.onStatus(endpoints.get(2), 500, 0);
    assertThat(endpoints.stream().filter(EndpointHealth::ejected)).hasSize(2);
    assertThat(next.tick(10 * SECOND)).isTrue();
    assertThat(endpoints).noneMatch(EndpointHealth::ejected);
  }

  @Test
  void neverEjectsMoreThanItMay() {
    for (long seed = 0; seed < 300; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int n = random.nextInt(1, 12);
      int max = random.nextInt(0, 101);
      List<EndpointHealth> endpoints = endpoints(n);
      OutlierDetector detector = detector(config(2, 1, 1, random.nextBoolean(), max), endpoints);
      long now = 0;
      for (int step = 0; step < 200; step++) {
        EndpointHealth endpoint = endpoints.get(random.nextInt(n));
        switch (random.nextInt(4)) {
          case 0 -> detector.onStatus(endpoint, 200, now);
          case 1 -> detector.onStatus(endpoint, 500 + random.nextInt(5), now);
          case 2 -> detector.onNoAnswer(endpoint, now);
          default -> detector.tick(now += random.nextLong(5 * SECOND));
        }
        long out = endpoints.stream().filter(EndpointHealth::ejected).count();
        assertThat(out * 100).as("seed %s step %s", seed, step).isLessThanOrEqualTo((long) max * n);
      }
      detector.tick(now + 1000 * SECOND);
      assertThat(endpoints).as("seed %s", seed).noneMatch(EndpointHealth::ejected);
    }
  }
}
