package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.OutlierEvent;
import dev.weft.xds.model.OutlierEvent.Action;
import dev.weft.xds.model.OutlierEvent.BelowOthers;
import dev.weft.xds.model.OutlierEvent.Ejected;
import dev.weft.xds.model.OutlierEvent.InARow;
import dev.weft.xds.model.OutlierEvent.Readmitted;
import dev.weft.xds.model.OutlierEvent.Reason;
import dev.weft.xds.model.OutlierEvent.TooManyFailures;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Lines of an event log are Envoy's, which {@code DifferentialTest} has seen. */
class OutlierEventsTest {
  private static String json(@Nullable Duration sinceLast, int ejections, Action action) {
    return OutlierEvents.json(
        new OutlierEvent(
            "outbound|80||shop",
            "[::1]:8080",
            Instant.parse("2026-11-22T10:00:00.050Z"),
            sinceLast,
            ejections,
            action));
  }

  @Test
  void anEjectionHasItsReason() {
    assertThat(
            json(
                Duration.ofMillis(2_900),
                2,
                new Ejected(Reason.CONSECUTIVE_GATEWAY_FAILURE, new InARow(), true)))
        .isEqualTo(
            "{\"type\":\"CONSECUTIVE_GATEWAY_FAILURE\","
                + "\"timestamp\":\"2026-11-22T10:00:00.050Z\","
                + "\"secs_since_last_action\":\"2\",\"cluster_name\":\"outbound|80||shop\","
                + "\"upstream_url\":\"[::1]:8080\",\"action\":\"EJECT\",\"num_ejections\":2,"
                + "\"enforced\":true,\"eject_consecutive_event\":{}}");
  }

  @Test
  void aReturnHasNone() {
    assertThat(json(Duration.ofSeconds(30), 1, new Readmitted()))
        .isEqualTo(
            "{\"type\":\"CONSECUTIVE_5XX\",\"timestamp\":\"2026-11-22T10:00:00.050Z\","
                + "\"secs_since_last_action\":\"30\",\"cluster_name\":\"outbound|80||shop\","
                + "\"upstream_url\":\"[::1]:8080\",\"action\":\"UNEJECT\",\"num_ejections\":1,"
                + "\"enforced\":false}");
  }

  @Test
  void ratesAreWholeNumbers() {
    assertThat(
            json(
                null, 0, new Ejected(Reason.SUCCESS_RATE, new BelowOthers(0.9, 66.7, 43.1), false)))
        .endsWith(
            "\"num_ejections\":0,\"enforced\":false,\"eject_success_rate_event\":"
                + "{\"host_success_rate\":0,\"cluster_average_success_rate\":66,"
                + "\"cluster_success_rate_ejection_threshold\":43}}")
        .doesNotContain("secs_since_last_action");
    assertThat(
            json(null, 1, new Ejected(Reason.FAILURE_PERCENTAGE, new TooManyFailures(33.3), true)))
        .endsWith("\"eject_failure_percentage_event\":{\"host_success_rate\":33}}");
  }
}
