package dev.weft.proxy.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.telemetry.ClusterStats.Outlier;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.OutlierDetection.Consecutive;
import dev.weft.xds.model.OutlierDetection.Ejection;
import dev.weft.xds.model.OutlierDetection.FailurePercentage;
import dev.weft.xds.model.OutlierDetection.SuccessRate;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Ejections, and returns, by a clock and dice that the test moves. */
class OutlierDetectorTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final SuccessRate NO_RATE = new SuccessRate(5, 100, 1900, 0, 0);
  private static final FailurePercentage NO_PERCENTAGE = new FailurePercentage(85, 5, 50, 0, 0);

  private final Findings findings = new Findings();
  private final Ejections ejections = new Ejections();
  private long thrown;

  private static OutlierDetection config(
      int fiveXx, int gateway, int local, boolean split, int max) {
    return config(
        new Consecutive(fiveXx, 100),
        new Consecutive(gateway, 100),
        new Consecutive(local, 100),
        split,
        NO_RATE,
        NO_PERCENTAGE,
        ejection(max));
  }

  private static OutlierDetection comparing(
      boolean split, SuccessRate successRate, FailurePercentage failurePercentage) {
    return config(
        Consecutive.NEVER,
        Consecutive.NEVER,
        Consecutive.NEVER,
        split,
        successRate,
        failurePercentage,
        ejection(100));
  }

  private static OutlierDetection config(
      Consecutive fiveXx,
      Consecutive gateway,
      Consecutive local,
      boolean split,
      SuccessRate successRate,
      FailurePercentage failurePercentage,
      Ejection ejection) {
    return new OutlierDetection(
        fiveXx,
        gateway,
        local,
        split,
        successRate,
        failurePercentage,
        Duration.ofSeconds(1),
        ejection,
        true);
  }

  private static Ejection ejection(int max) {
    return new Ejection(Duration.ofSeconds(10), Duration.ofSeconds(25), Duration.ZERO, max, false);
  }

  private static List<EndpointHealth> endpoints(int count) {
    return Stream.generate(EndpointHealth::new).limit(count).toList();
  }

  private OutlierDetector detector(OutlierDetection config, List<EndpointHealth> endpoints) {
    return new OutlierDetector(
        config, endpoints, findings.stats(), ejections, bound -> thrown, EjectionListener.NONE);
  }

  private static void answers(
      OutlierDetector detector, EndpointHealth endpoint, int successes, int failures) {
    for (int i = 0; i < successes; i++) {
      detector.onStatus(endpoint, 200, 0);
    }
    for (int i = 0; i < failures; i++) {
      detector.onStatus(endpoint, 500, 0);
    }
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
    assertThat(findings.ejected(Outlier.CONSECUTIVE_5XX)).isEqualTo(1);
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
    assertThat(findings.ejected(Outlier.CONSECUTIVE_GATEWAY_FAILURE)).isEqualTo(1);
  }

  @Test
  void localFailuresCountForThemselvesWhereSplit() {
    List<EndpointHealth> endpoints = endpoints(2);
    OutlierDetector detector = detector(config(1, 1, 2, true, 100), endpoints);
    EndpointHealth first = endpoints.getFirst();
    detector.onNoAnswer(first, 0);
    detector.onConnected(first);
    detector.onNoAnswer(first, 0);
    assertThat(first.ejected()).isFalse();
    detector.onNoAnswer(first, 0);
    assertThat(first.ejected()).isTrue();
    assertThat(findings.ejected(Outlier.CONSECUTIVE_LOCAL_ORIGIN_FAILURE)).isEqualTo(1);
  }

  @Test
  void aConnectionSaysNothingOfAnswersThatFollow() {
    List<EndpointHealth> endpoints = endpoints(1);
    OutlierDetector detector = detector(config(2, 0, 0, false, 100), endpoints);
    EndpointHealth only = endpoints.getFirst();
    detector.onNoAnswer(only, 0);
    detector.onConnected(only);
    detector.onNoAnswer(only, 0);
    assertThat(only.ejected()).isTrue();
  }

  @Test
  void aRelayedConnectionIsASuccess() {
    List<EndpointHealth> endpoints = endpoints(1);
    OutlierDetector detector = detector(config(2, 0, 0, false, 100), endpoints);
    EndpointHealth only = endpoints.getFirst();
    detector.onNoAnswer(only, 0);
    detector.onRelay(only);
    detector.onNoAnswer(only, 0);
    assertThat(only.ejected()).isFalse();
  }

  @Test
  void theOneAboutToGoCountsTowardsTheLimit() {
    List<EndpointHealth> four = endpoints(4);
    OutlierDetector detector = detector(config(1, 0, 0, false, 50), four);
    four.forEach(endpoint -> detector.onStatus(endpoint, 500, 0));
    assertThat(four.stream().filter(EndpointHealth::ejected)).hasSize(2);
    assertThat(findings.overflows()).isEqualTo(2);
    List<EndpointHealth> nine = endpoints(9);
    OutlierDetector defaults = detector(config(1, 0, 0, false, 10), nine);
    nine.forEach(endpoint -> defaults.onStatus(endpoint, 500, 0));
    assertThat(nine).noneMatch(EndpointHealth::ejected);
  }

  @Test
  void oneMayAlwaysGoWhereToldSo() {
    List<EndpointHealth> nine = endpoints(9);
    Ejection one =
        new Ejection(Duration.ofSeconds(10), Duration.ofSeconds(25), Duration.ZERO, 0, true);
    OutlierDetector detector =
        detector(OutlierDetection.consecutive5xx(1, Duration.ofSeconds(1), one), nine);
    nine.forEach(endpoint -> detector.onStatus(endpoint, 500, 0));
    assertThat(nine.stream().filter(EndpointHealth::ejected)).hasSize(1);
    assertThat(findings.overflows()).isEqualTo(8);
  }

  @Test
  void whatIsFoundIsEjectedByChance() {
    List<EndpointHealth> endpoints = endpoints(1);
    OutlierDetector detector =
        detector(
            config(
                new Consecutive(2, 30),
                Consecutive.NEVER,
                Consecutive.NEVER,
                false,
                NO_RATE,
                NO_PERCENTAGE,
                ejection(100)),
            endpoints);
    thrown = 30;
    answers(detector, endpoints.getFirst(), 0, 5);
    assertThat(endpoints.getFirst().ejected()).isFalse();
    assertThat(findings.found(Outlier.CONSECUTIVE_5XX)).isEqualTo(2);
    thrown = 29;
    answers(detector, endpoints.getFirst(), 0, 1);
    assertThat(endpoints.getFirst().ejected()).isTrue();
    assertThat(findings.found(Outlier.CONSECUTIVE_5XX)).isEqualTo(3);
    assertThat(findings.ejected(Outlier.CONSECUTIVE_5XX)).isEqualTo(1);
  }

  @Test
  void eachEjectionTakesLongerUpToTheLongestAndIsForgiven() {
    List<EndpointHealth> endpoints = endpoints(2);
    OutlierDetector detector = detector(config(1, 0, 0, false, 50), endpoints);
    EndpointHealth first = endpoints.getFirst();
    long now = 0;
    for (long seconds : new long[] {10, 20, 25, 25, 25, 25}) {
      detector.onStatus(first, 500, now);
      assertThat(detector.tick(now + seconds * SECOND - 1)).isFalse();
      assertThat(first.ejected()).isTrue();
      now += seconds * SECOND;
      assertThat(detector.tick(now)).isTrue();
      assertThat(first.ejected()).isFalse();
    }
    // What cannot become longer is not counted either: four intervals make up for all.
    for (int healthy = 0; healthy < 4; healthy++) {
      detector.tick(now += SECOND);
    }
    detector.onStatus(first, 500, now);
    assertThat(detector.tick(now + 10 * SECOND)).isTrue();
  }

  @Test
  void chanceMakesEjectionsLonger() {
    List<EndpointHealth> endpoints = endpoints(1);
    Ejection jittered =
        new Ejection(
            Duration.ofSeconds(10), Duration.ofSeconds(25), Duration.ofSeconds(4), 100, false);
    OutlierDetector detector =
        detector(OutlierDetection.consecutive5xx(1, Duration.ofSeconds(1), jittered), endpoints);
    thrown = 3999;
    detector.onStatus(endpoints.getFirst(), 500, 0);
    assertThat(detector.tick(13_999_000_000L - 1)).isFalse();
    assertThat(detector.tick(13_999_000_000L)).isTrue();
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
  void whatAnOldConfigurationEjectsLateComesBackToo() {
    List<EndpointHealth> endpoints = endpoints(2);
    OutlierDetector old = detector(config(1, 0, 0, false, 50), endpoints);
    OutlierDetector next = detector(config(1, 0, 0, false, 50), endpoints);
    old.onStatus(endpoints.getFirst(), 500, 0);
    assertThat(next.tick(10 * SECOND)).isTrue();
    assertThat(endpoints).noneMatch(EndpointHealth::ejected);
  }

  @Test
  void endpointsThatAreGoneLeaveRoom() {
    List<EndpointHealth> endpoints = endpoints(2);
    detector(config(1, 0, 0, false, 50), endpoints).onStatus(endpoints.getFirst(), 500, 0);
    List<EndpointHealth> others = List.of(endpoints.getLast(), new EndpointHealth());
    OutlierDetector next = detector(config(1, 0, 0, false, 50), others);
    assertThat(next.onStatus(others.getFirst(), 500, 0)).isTrue();
  }

  @Test
  void oneThatSucceedsLessThanOthersIsEjected() {
    List<EndpointHealth> endpoints = endpoints(4);
    OutlierDetector detector =
        detector(
            comparing(false, new SuccessRate(4, 10, 1000, 100, 100), NO_PERCENTAGE), endpoints);
    endpoints.forEach(endpoint -> answers(detector, endpoint, 9, 1));
    answers(detector, endpoints.get(1), 0, 10);
    // 90, 45, 90 and 90 percent: a mean of 78.75, a deviation of 19.5.
    assertThat(detector.tick(SECOND)).isTrue();
    assertThat(endpoints.stream().map(EndpointHealth::ejected))
        .containsExactly(false, true, false, false);
    assertThat(findings.ejected(Outlier.SUCCESS_RATE)).isEqualTo(1);
  }

  @Test
  void whatIsRareIsNotCompared() {
    List<EndpointHealth> endpoints = endpoints(4);
    OutlierDetector detector =
        detector(
            comparing(false, new SuccessRate(4, 10, 1000, 100, 100), NO_PERCENTAGE), endpoints);
    endpoints.forEach(endpoint -> answers(detector, endpoint, 10, 0));
    answers(detector, endpoints.getFirst(), 0, 10);
    detector.tick(SECOND);
    assertThat(endpoints.getFirst().ejected()).isTrue();
    List<EndpointHealth> fewer = endpoints(4);
    OutlierDetector next =
        detector(comparing(false, new SuccessRate(4, 10, 1000, 100, 100), NO_PERCENTAGE), fewer);
    fewer.subList(0, 3).forEach(endpoint -> answers(next, endpoint, 10, 0));
    answers(next, fewer.get(3), 0, 9);
    assertThat(next.tick(SECOND)).isFalse();
  }

  @Test
  void eachIntervalCountsForItself() {
    List<EndpointHealth> endpoints = endpoints(2);
    OutlierDetector detector =
        detector(comparing(false, NO_RATE, new FailurePercentage(50, 1, 4, 100, 100)), endpoints);
    answers(detector, endpoints.getFirst(), 3, 2);
    assertThat(detector.tick(SECOND)).isFalse();
    answers(detector, endpoints.getFirst(), 0, 3);
    assertThat(detector.tick(2 * SECOND)).isFalse();
    answers(detector, endpoints.getFirst(), 2, 2);
    assertThat(detector.tick(3 * SECOND)).isTrue();
    assertThat(findings.ejected(Outlier.FAILURE_PERCENTAGE)).isEqualTo(1);
  }

  @Test
  void connectionsAreComparedWhereSplit() {
    List<EndpointHealth> endpoints = endpoints(2);
    OutlierDetector detector =
        detector(comparing(true, NO_RATE, new FailurePercentage(50, 2, 4, 0, 100)), endpoints);
    for (int i = 0; i < 4; i++) {
      detector.onConnected(endpoints.getFirst());
      detector.onStatus(endpoints.getFirst(), 500, 0);
      detector.onNoAnswer(endpoints.getLast(), 0);
    }
    assertThat(detector.tick(SECOND)).isTrue();
    assertThat(endpoints.stream().map(EndpointHealth::ejected)).containsExactly(false, true);
    assertThat(findings.ejected(Outlier.LOCAL_ORIGIN_FAILURE_PERCENTAGE)).isEqualTo(1);
    assertThat(findings.ejected(Outlier.FAILURE_PERCENTAGE)).isZero();
  }

  @Test
  void oneThatIsFoundTwiceGoesOnce() {
    List<EndpointHealth> endpoints = endpoints(3);
    OutlierDetector detector =
        detector(
            comparing(
                false,
                new SuccessRate(3, 10, 500, 100, 100),
                new FailurePercentage(85, 3, 10, 100, 100)),
            endpoints);
    answers(detector, endpoints.get(0), 10, 0);
    answers(detector, endpoints.get(1), 10, 0);
    answers(detector, endpoints.get(2), 0, 10);
    assertThat(detector.tick(SECOND)).isTrue();
    assertThat(findings.found(Outlier.SUCCESS_RATE)).isEqualTo(1);
    assertThat(findings.found(Outlier.FAILURE_PERCENTAGE)).isEqualTo(1);
    assertThat(findings.ejected()).isEqualTo(1);
  }

  @Test
  void aPassedHealthCheckEndsAnEjectionUnlessToldNotTo() {
    List<EndpointHealth> endpoints = endpoints(1);
    OutlierDetector detector = detector(config(1, 0, 0, false, 100), endpoints);
    assertThat(detector.onWell(endpoints.getFirst(), 0)).isFalse();
    detector.onStatus(endpoints.getFirst(), 500, 0);
    assertThat(detector.onWell(endpoints.getFirst(), 0)).isTrue();
    assertThat(endpoints.getFirst().ejected()).isFalse();
  }
}
