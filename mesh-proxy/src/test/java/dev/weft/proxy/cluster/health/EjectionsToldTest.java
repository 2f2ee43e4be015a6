package dev.weft.proxy.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.telemetry.ClusterStats.Outlier;
import dev.weft.xds.model.OutlierDetection;
import dev.weft.xds.model.OutlierDetection.Consecutive;
import dev.weft.xds.model.OutlierDetection.Ejection;
import dev.weft.xds.model.OutlierDetection.FailurePercentage;
import dev.weft.xds.model.OutlierDetection.SuccessRate;
import dev.weft.xds.model.OutlierEvent.BelowOthers;
import dev.weft.xds.model.OutlierEvent.Evidence;
import dev.weft.xds.model.OutlierEvent.TooManyFailures;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What a detector does is told to whoever listens. */
class EjectionsToldTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final SuccessRate NO_RATE = new SuccessRate(5, 100, 1900, 0, 0);
  private static final FailurePercentage NO_PERCENTAGE = new FailurePercentage(85, 5, 50, 0, 0);

  private final List<String> told = new ArrayList<>();
  private final List<Evidence> evidence = new ArrayList<>();
  private final List<EndpointHealth> endpoints =
      Stream.generate(EndpointHealth::new).limit(3).toList();

  private final EjectionListener listener =
      new EjectionListener() {
        @Override
        public void onFound(
            EndpointHealth endpoint, Outlier kind, Evidence by, boolean enforced, long now) {
          evidence.add(by);
          told.add(
              "%s %s %s, %s times, back for %s"
                  .formatted(
                      enforced ? "out" : "spared",
                      endpoints.indexOf(endpoint),
                      kind,
                      endpoint.ejections(),
                      endpoint.sinceReadmitted(now)));
        }

        @Override
        public void onReadmitted(EndpointHealth endpoint, long now) {
          told.add(
              "back %s, out for %s s"
                  .formatted(endpoints.indexOf(endpoint), endpoint.sinceEjected(now) / SECOND));
        }
      };

  private OutlierDetector detector(
      Consecutive fiveXx, SuccessRate rate, FailurePercentage percentage, int max) {
    return new OutlierDetector(
        new OutlierDetection(
            fiveXx,
            Consecutive.NEVER,
            Consecutive.NEVER,
            false,
            rate,
            percentage,
            Duration.ofSeconds(1),
            new Ejection(Duration.ofSeconds(10), Duration.ofSeconds(25), Duration.ZERO, max, false),
            true),
        endpoints,
        new Findings().stats(),
        new Ejections(),
        bound -> bound - 1,
        listener);
  }

  private void answers(OutlierDetector detector, int endpoint, int successes, int failures) {
    for (int i = 0; i < successes; i++) {
      detector.onStatus(endpoints.get(endpoint), 200, 0);
    }
    for (int i = 0; i < failures; i++) {
      detector.onStatus(endpoints.get(endpoint), 500, 0);
    }
  }

  @Test
  void outAndBackAndOutAgain() {
    OutlierDetector detector = detector(new Consecutive(1, 100), NO_RATE, NO_PERCENTAGE, 100);
    detector.onStatus(endpoints.get(1), 500, 0);
    detector.tick(9 * SECOND);
    detector.tick(10 * SECOND);
    detector.onStatus(endpoints.get(1), 500, 15 * SECOND);
    detector.onWell(endpoints.get(1), 17 * SECOND);
    detector.onWell(endpoints.get(1), 18 * SECOND);
    assertThat(told)
        .containsExactly(
            "out 1 CONSECUTIVE_5XX, 1 times, back for null",
            "back 1, out for 10 s",
            "out 1 CONSECUTIVE_5XX, 2 times, back for " + 5 * SECOND,
            "back 1, out for 2 s");
  }

  @Test
  void thoseWhoAreSparedAreToldOfButNotThoseForWhomThereIsNoRoom() {
    OutlierDetector half = detector(new Consecutive(1, 50), NO_RATE, NO_PERCENTAGE, 40);
    half.onStatus(endpoints.get(0), 500, 0);
    OutlierDetector full = detector(new Consecutive(1, 100), NO_RATE, NO_PERCENTAGE, 40);
    full.onStatus(endpoints.get(1), 500, 0);
    full.onStatus(endpoints.get(2), 500, 0);
    assertThat(told)
        .containsExactly(
            "spared 0 CONSECUTIVE_5XX, 0 times, back for null",
            "out 1 CONSECUTIVE_5XX, 1 times, back for null");
  }

  @Test
  void ratesAreToldAsTheyWere() {
    OutlierDetector rates =
        detector(Consecutive.NEVER, new SuccessRate(3, 1, 500, 100, 0), NO_PERCENTAGE, 100);
    answers(rates, 0, 1, 3);
    answers(rates, 1, 4, 0);
    answers(rates, 2, 4, 0);
    rates.tick(SECOND);
    assertThat(evidence.getFirst())
        .isInstanceOfSatisfying(
            BelowOthers.class,
            found -> {
              assertThat(found.rate()).isEqualTo(25);
              assertThat(found.average()).isEqualTo(75);
              assertThat(found.threshold()).isBetween(57.3, 57.4);
            });

    OutlierDetector shares =
        detector(Consecutive.NEVER, NO_RATE, new FailurePercentage(50, 1, 1, 100, 0), 100);
    answers(shares, 1, 1, 2);
    shares.tick(SECOND);
    assertThat(evidence.getLast())
        .isInstanceOfSatisfying(
            TooManyFailures.class, found -> assertThat(found.rate()).isBetween(33.3, 33.4));
  }
}
