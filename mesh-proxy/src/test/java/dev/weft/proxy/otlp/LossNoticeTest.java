package dev.weft.proxy.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LossNoticeTest {
  private static final long MINUTE = 60_000_000_000L;

  /** Everything that is lost is told, once, and no two lines come within a minute. */
  @Test
  void allIsToldOnceAMinute() {
    SplittableRandom random = new SplittableRandom(5);
    LossNotice notice = new LossNotice();
    long now = random.nextLong();
    long lost = 0;
    long told = 0;
    long last = now - MINUTE;
    for (int run = 0; run < 20_000; run++) {
      now += random.nextLong(MINUTE / 2);
      long more = random.nextInt(3);
      lost += more;
      long said = notice.add(more, now);
      if (said > 0) {
        assertThat(now - last).isGreaterThanOrEqualTo(MINUTE);
        last = now;
      }
      told += said;
    }
    assertThat(told + notice.add(0, now + MINUTE)).isEqualTo(lost);
  }

  @Test
  void theFirstIsToldAtOnce() {
    LossNotice notice = new LossNotice();

    assertThat(notice.add(0, 7)).isZero();
    assertThat(notice.add(3, 8)).isEqualTo(3);
    assertThat(notice.add(2, 9)).isZero();
  }
}
