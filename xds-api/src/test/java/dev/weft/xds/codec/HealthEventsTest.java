package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.EndpointSet.Locality;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthEvent;
import dev.weft.xds.model.HealthEvent.Failure;
import dev.weft.xds.model.HealthEvent.Kind;
import dev.weft.xds.model.MetadataValue;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Lines of an event log are Envoy's, which {@code DifferentialTest} has seen. */
class HealthEventsTest {
  private static final String HOST =
      "\"host\":{\"socket_address\":{\"protocol\":\"TCP\",\"address\":\"127.0.0.1\","
          + "\"port_value\":8080,\"resolver_name\":\"\",\"ipv4_compat\":false,"
          + "\"network_namespace_filepath\":\"\"}}";
  private static final String LOCALITY =
      "\"locality\":{\"region\":\"r\",\"zone\":\"\",\"sub_zone\":\"\"}";

  private static String json(
      Kind kind, @Nullable Failure failure, int status, Map<String, MetadataValue> metadata) {
    return HealthEvents.json(
        new HealthEvent(
            kind,
            HealthCheck.Http.class,
            new InetSocketAddress("127.0.0.1", 8080),
            "\"failure_type\":",
            Instant.parse("2026-11-22T10:00:00.050Z"),
            true,
            failure,
            status,
            new Locality("r", "", ""),
            metadata.isEmpty() ? Map.of() : Map.of("envoy.lb", metadata)));
  }

  @Test
  void failuresHaveTheStatusOfTheAnswer() {
    assertThat(json(Kind.FAILED, Failure.ACTIVE, 503, Map.of()))
        .isEqualTo(
            "{\"health_checker_type\":\"HTTP\","
                + HOST
                + ",\"cluster_name\":\"\\\"failure_type\\\":\","
                + "\"timestamp\":\"2026-11-22T10:00:00.050Z\",\"health_check_failure_event\":"
                + "{\"failure_type\":\"ACTIVE\",\"first_check\":true,\"http_status_code\":503},"
                + LOCALITY
                + "}");
  }

  @Test
  void metadataIsEscapedNoMoreThanItMust() {
    Map<String, MetadataValue> metadata =
        Map.of(
            "k",
            new MetadataValue.Several(
                List.of(
                    new MetadataValue.Text("a=b&c <d> 'e' \"f\" \\u003d -2.0"),
                    new MetadataValue.Number(-2),
                    new MetadataValue.Number(1.5),
                    new MetadataValue.Number(1e10))));
    assertThat(json(Kind.ADDED, null, 0, metadata))
        .contains(
            "{\"k\":[\"a=b&c \\u003cd\\u003e 'e' \\\"f\\\" \\\\u003d -2.0\",-2,1.5,10000000000]}")
        .doesNotContain("http_status_code");
  }
}
