package dev.weft.proxy.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.weft.proxy.overload.OverloadPlan.Trigger;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ActionLevelsTest {
  private static final OverloadAction REQUESTS = OverloadAction.STOP_ACCEPTING_REQUESTS;

  private static double[] run(List<Trigger> triggers, double... pressures) {
    ActionLevels levels = new ActionLevels(triggers);
    double[] seen = new double[pressures.length];
    for (int i = 0; i < pressures.length; i++) {
      seen[i] = levels.at(pressures[i])[REQUESTS.ordinal()];
    }
    return seen;
  }

  @Test
  void aThresholdBeginsWhereItIsAndEndsWellBelow() {
    assertThat(
            run(
                List.of(new Trigger(REQUESTS, 0.9, 0.9)),
                0.0,
                0.89,
                0.9,
                0.89,
                0.86,
                0.9,
                0.84,
                0.89,
                1.0))
        .containsExactly(0, 0, 1, 1, 1, 1, 0, 0, 1);
  }

  @Test
  void aScaledTriggerGrowsAndFallsWithThePressure() {
    double[] seen = run(List.of(new Trigger(REQUESTS, 0.8, 0.9)), 0.7, 0.8, 0.85, 0.95, 0.85, 0.1);
    double[] expected = {0, 0, 0.5, 1, 0.5, 0};
    for (int i = 0; i < seen.length; i++) {
      assertThat(seen[i]).as("step " + i).isCloseTo(expected[i], within(1e-9));
    }
  }

  @Test
  void ofSeveralTriggersTheStrongestCounts() {
    assertThat(
            run(List.of(new Trigger(REQUESTS, 0.5, 1), new Trigger(REQUESTS, 0.8, 0.8)), 0.6, 0.8))
        .satisfies(seen -> assertThat(seen[0]).isCloseTo(0.2, within(1e-9)))
        .satisfies(seen -> assertThat(seen[1]).isEqualTo(1));
  }

  @Test
  void anActionWithoutATriggerIsNeverTaken() {
    assertThat(run(List.of(), 1.0)).containsExactly(0);
  }

  @Test
  void whatIsShedByChanceIsShedAsOftenAsItsLevelSays() {
    Overload overload =
        new Overload(
            new OverloadPlan(
                java.time.Duration.ofSeconds(1),
                Long.MAX_VALUE,
                Integer.MAX_VALUE,
                Map.of(),
                List.of(new Trigger(REQUESTS, 0.5, 1))),
            () -> 0.75);
    overload.refresh();
    SplittableRandom random = new SplittableRandom(7);
    int shed = 0;
    for (int i = 0; i < 10_000; i++) {
      shed += overload.sheds(REQUESTS, random) ? 1 : 0;
    }
    assertThat(shed).isBetween(4_800, 5_200);
    assertThat(overload.sheds(OverloadAction.REJECT_INCOMING_CONNECTIONS, random)).isFalse();
  }

  @Test
  void aTriggerOutOfOrderIsRefused() {
    assertThatThrownBy(() -> new Trigger(REQUESTS, 0.9, 0.8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.9 to 0.8");
    assertThatThrownBy(() -> new Trigger(REQUESTS, Double.NaN, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
