package dev.weft.proxy.forward;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TryMeterTest {
  @ParameterizedTest
  @CsvSource({
    "0, 1000, 0",
    "1000, 0, 0",
    "500, 1000, 50",
    "1300, 1000, 130",
    "9000000000000000000, 9000000000000000000, 100"
  })
  void howMuchOfATimeWasTaken(long taken, long of, long percent) {
    assertThat(TryMeter.percent(taken, of)).isEqualTo(percent);
  }
}
