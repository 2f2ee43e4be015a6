package dev.weft.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallTimeTest {
  @ParameterizedTest
  @CsvSource({
    // max, offset, asked, time
    "0,    0,   300,  300",
    "0,    0,   0,    0",
    "0,    0,   -1,   0",
    "1000, 0,   300,  300",
    "1000, 0,   5000, 1000",
    "1000, 0,   0,    1000",
    "1000, 0,   -1,   1000",
    "1000, 200, 300,  100",
    "1000, 200, 200,  200",
    "1000, 200, 100,  100",
    "1000, 200, 1100, 900",
    "0,    200, 1100, 900",
  })
  void aCallHasTheTimeThatItSaysWithinBounds(long max, long offset, long asked, long time) {
    assertThat(new CallTime(max, offset, 0).of(asked)).isEqualTo(time);
  }

  @ParameterizedTest
  @CsvSource({"0, 300, 300", "100, 300, 100", "300, 100, 100", "100, 0, 100", "0, 0, 0"})
  void aTryHasNoMoreThanItsCall(long perTry, long call, long time) {
    assertThat(new CallTime(0, 0, perTry).ofTry(call)).isEqualTo(time);
  }
}
