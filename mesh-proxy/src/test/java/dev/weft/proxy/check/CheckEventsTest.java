package dev.weft.proxy.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.check.CheckEvents.Seen;
import dev.weft.proxy.cluster.health.CheckedHealth.Outcome;
import dev.weft.xds.model.HealthCheck.EventLog;
import dev.weft.xds.model.HealthEvent.Failure;
import dev.weft.xds.model.HealthEvent.Kind;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckEventsTest {
  private static final EventLog CHANGES = new EventLog(List.of("log"), false, false);
  private static final EventLog ALL = new EventLog(List.of("log"), true, true);

  private static Seen seen(String flags) {
    return new Seen(flags.contains("F"), flags.contains("D"), flags.contains("1"));
  }

  /** F: failing; D: degraded; 1: the next check is the first. */
  @ParameterizedTest
  @CsvSource({
    // A new endpoint's first check is an event, however it ends.
    "WELL,      F1, -,  ADDED",
    "DEGRADED,  F1, D,  ADDED DEGRADED",
    "NO_ANSWER, F1, F,  FAILED",
    // From then on only what changes is.
    "WELL,      -,  -,  ''",
    "FAILED,    -,  F,  EJECTED",
    "RETRIABLE, -,  -,  ''",
    "LATE,      F,  F,  ''",
    "WELL,      F,  F,  ''",
    "WELL,      F,  -,  ADDED",
    "DEGRADED,  -,  D,  DEGRADED",
    "WELL,      D,  -,  NO_LONGER_DEGRADED",
    // Checks of another kind began, and the first of them decided.
    "TOLD,      1,  F,  EJECTED FAILED",
  })
  void whatChangesIsAnEvent(Outcome outcome, String before, String after, String events) {
    assertThat(CheckEvents.of(outcome, seen(before), seen(after), CHANGES))
        .isEqualTo(kinds(events));
  }

  @ParameterizedTest
  @CsvSource({
    "WELL,      F1, -,  ADDED SUCCEEDED",
    "WELL,      -,  -,  SUCCEEDED",
    "WELL,      F,  F,  SUCCEEDED",
    "LATE,      F,  F,  FAILED",
    "FAILED,    -,  F,  EJECTED FAILED",
    "NO_ANSWER, F1, F,  FAILED",
  })
  void everyCheckIsOneWhereThatIsAskedFor(
      Outcome outcome, String before, String after, String events) {
    assertThat(CheckEvents.of(outcome, seen(before), seen(after), ALL)).isEqualTo(kinds(events));
  }

  private static List<Kind> kinds(String names) {
    return names.isEmpty()
        ? List.of()
        : List.of(names.split(" ")).stream().map(Kind::valueOf).toList();
  }

  @Test
  void failuresHaveEnvoysReasons() {
    assertThat(List.of(Outcome.values()).stream().map(CheckEvents::failure))
        .containsExactly(
            null,
            null,
            Failure.ACTIVE,
            Failure.ACTIVE,
            Failure.NETWORK,
            Failure.NETWORK_TIMEOUT,
            Failure.PASSIVE);
  }
}
