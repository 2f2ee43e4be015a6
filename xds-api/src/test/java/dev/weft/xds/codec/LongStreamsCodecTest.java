package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.util.JsonFormat;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.LongStreams;
import dev.weft.xds.model.RouteConfig;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds of long streams as a user writes them, and what is refused of them by its path. */
class LongStreamsCodecTest {
  private final Codecs codecs = new Codecs();

  @Test
  void whatIsLeftOutBoundsNothing() throws Exception {
    assertThat(streams("{}")).isEqualTo(LongStreams.NONE);
    assertThat(LongStreams.NONE.timed()).isFalse();
  }

  @Test
  void everythingCanBeSaid() throws Exception {
    assertThat(
            streams(
                """
                {max_per_caller: 5, caller_header: "x-caller", client_idle: "1s", endpoint_idle: "2s",
                 notice_after: "3s", notice_jitter_percent: 0, max_duration: "4s",
                 rebalance: {max_percent: 5, interval: "6s"}}
                """))
        .isEqualTo(
            new LongStreams(
                5,
                "x-caller",
                Duration.ofSeconds(1),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                0,
                Duration.ofSeconds(4),
                new LongStreams.Rebalance(5, Duration.ofSeconds(6))));
    assertThat(streams("{rebalance: {}}").rebalance())
        .isEqualTo(new LongStreams.Rebalance(10, Duration.ofSeconds(5)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {max_per_caller: 0}                          | max_per_caller
          {caller_header: "X-Caller"}                  | caller_header
          {caller_header: ":path"}                     | caller_header
          {client_idle: "-1s"}                         | client_idle
          {endpoint_idle: "-1s"}                       | endpoint_idle
          {notice_after: "-1s"}                        | notice_after
          {notice_after: "2s", max_duration: "2s"}     | notice_after
          {notice_jitter_percent: 101}                 | notice_jitter_percent
          {max_duration: "-1s"}                        | max_duration
          {rebalance: {max_percent: 0}}                | rebalance.max_percent
          {rebalance: {max_percent: 101}}              | rebalance.max_percent
          {rebalance: {interval: "0.05s"}}             | rebalance.interval
          """)
  void whatCannotBeIsRefusedByItsPath(String json, String path) throws Exception {
    assertThat(decode(json))
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid ->
                assertThat(invalid.detail())
                    .startsWith("typed_per_filter_config[\"streams\"]." + path + ":"));
  }

  private LongStreams streams(String json) throws Exception {
    if (decode(json) instanceof Decoded.Valid<?>(RouteConfig table, List<Problem> none)
        && none.isEmpty()
        && table.filters().get("streams") instanceof FilterOverride.Configure(var config)) {
      return (LongStreams) config;
    }
    throw new AssertionError(decode(json));
  }

  private Decoded<?> decode(String json) throws Exception {
    var message = dev.weft.filters.http.long_streams.v1.LongStreams.newBuilder();
    JsonFormat.parser().merge(json, message);
    return codecs.decode(
        RouteConfiguration.newBuilder()
            .setName("routes")
            .putTypedPerFilterConfig("streams", Any.pack(message.build()))
            .build());
  }
}
