package dev.weft.proxy.deadline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeoutHeaderTest {
  @ParameterizedTest
  @CsvSource({"0, 0", "800, 800000000", "0800, 800000000", "999999999, 999999999000000"})
  void millisecondsAreRead(String text, long nanos) {
    assertThat(TimeoutHeader.parse(text)).isEqualTo(nanos);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-1", "+1", "1.5", "1s", " 1", "1000000000", "soon", "\u0661"})
  void anythingElseIsNoTime(String text) {
    assertThat(TimeoutHeader.parse(text)).isEqualTo(-1);
  }

  @Test
  void neverMoreIsSaidThanThereIs() {
    assertThat(TimeoutHeader.format(TimeUnit.MILLISECONDS.toNanos(2) - 1)).isEqualTo("1");
    assertThat(TimeoutHeader.format(-1)).isEqualTo("0");
    assertThat(TimeoutHeader.format(Long.MAX_VALUE - 1)).isEqualTo("999999999");
  }
}
