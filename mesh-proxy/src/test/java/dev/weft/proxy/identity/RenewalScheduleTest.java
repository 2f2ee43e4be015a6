package dev.weft.proxy.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RenewalScheduleTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");

  @Test
  void aDaysCertificateIsRenewedBeforeNoon() {
    Instant end = BEGIN.plus(Duration.ofHours(24));

    assertThat(RenewalSchedule.renewAt(BEGIN, end, 0)).isEqualTo(BEGIN.plus(Duration.ofHours(12)));
    assertThat(RenewalSchedule.renewAt(BEGIN, end, 1))
        .isBetween(BEGIN.plusSeconds(34_559), BEGIN.plusSeconds(34_561));
  }

  @Test
  void renewalIsAlwaysWithinTheLife() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 1000; i++) {
      Instant end = BEGIN.plusMillis(random.nextLong(1, 1_000_000_000_000L));
      assertThat(RenewalSchedule.renewAt(BEGIN, end, random.nextDouble()))
          .as("seed %d", seed)
          .isBetween(BEGIN, end);
    }
  }

  @Test
  void aCertificateThatEndsBeforeItBeginsIsRenewedAtOnce() {
    assertThat(RenewalSchedule.renewAt(BEGIN, BEGIN.minusSeconds(5), 0.5)).isEqualTo(BEGIN);
  }

  @Test
  void aCertificatePastItsHalfWhenIssuedIsNotRenewedWithoutAPause() {
    Instant end = BEGIN.plusSeconds(100);
    assertThat(RenewalSchedule.renewAfter(BEGIN.plusSeconds(60), BEGIN, end, 0))
        .isEqualTo(Duration.ofSeconds(20));
    assertThat(RenewalSchedule.renewAfter(end.plusSeconds(60), BEGIN, end, 0))
        .isEqualTo(Duration.ofSeconds(1));
    assertThat(RenewalSchedule.renewAfter(BEGIN.plusSeconds(10), BEGIN, end, 0))
        .isEqualTo(Duration.ofSeconds(40));
  }

  @Test
  void retriesBackOffToHalfAMinute() {
    assertThat(RenewalSchedule.retryAfter(1, 1)).isEqualTo(Duration.ofMillis(500));
    assertThat(RenewalSchedule.retryAfter(3, 1)).isEqualTo(Duration.ofSeconds(2));
    assertThat(RenewalSchedule.retryAfter(7, 1)).isEqualTo(Duration.ofSeconds(30));
    assertThat(RenewalSchedule.retryAfter(Integer.MAX_VALUE, 1)).isEqualTo(Duration.ofSeconds(30));
    assertThat(RenewalSchedule.retryAfter(7, 0)).isEqualTo(Duration.ofSeconds(3));
  }
}
