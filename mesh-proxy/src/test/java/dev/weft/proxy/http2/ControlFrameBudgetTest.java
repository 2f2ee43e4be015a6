package dev.weft.proxy.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import org.junit.jupiter.api.Test;

class ControlFrameBudgetTest {
  private static final int MANY = 1_000_000;

  private final ControlFrameBudget budget = new ControlFrameBudget();

  @Test
  void aPingForEachDataThatItGotMeasuresBandwidth() throws Http2Exception {
    for (int i = 0; i < MANY; i++) {
      budget.onData();
      budget.spend();
    }
  }

  @Test
  void twoPrioritiesForEachStreamAreHonest() throws Http2Exception {
    for (int i = 0; i < MANY; i++) {
      budget.onStream();
      budget.spend();
      budget.spend();
    }
  }

  @Test
  void whatIsSentForNothingIsAFlood() {
    assertThatThrownBy(this::flood)
        .isInstanceOfSatisfying(
            Http2Exception.class,
            e -> assertThat(e.error()).isEqualTo(Http2Error.ENHANCE_YOUR_CALM));
  }

  @Test
  void muchDataLongAgoIsNoReasonForAFlood() {
    for (int i = 0; i < MANY; i++) {
      budget.onData();
    }
    assertThatThrownBy(this::flood).isInstanceOf(Http2Exception.class);
  }

  private void flood() throws Http2Exception {
    for (int i = 0; i < MANY; i++) {
      budget.spend();
    }
  }
}
