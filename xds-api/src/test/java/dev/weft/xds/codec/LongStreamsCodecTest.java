package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.LongStreams;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bounds of long streams as a user writes them, and what is refused of them by its path. */
class LongStreamsCodecTest {
  private final RouteFilterJson<LongStreams> filter =
      new RouteFilterJson<>(
          dev.weft.filters.http.long_streams.v1.LongStreams.getDefaultInstance(),
          LongStreams.class);

  @Test
  void whatIsLeftOutBoundsNothing() {
    assertThat(filter.read("{}")).isEqualTo(LongStreams.NONE);
    assertThat(LongStreams.NONE.timed()).isFalse();
  }

  @Test
  void everythingCanBeSaid() {
    assertThat(
            filter.read(
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
    assertThat(filter.read("{rebalance: {}}").rebalance())
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
  void whatCannotBeIsRefusedByItsPath(String json, String path) {
    filter.assertRefused(json, path);
  }
}
