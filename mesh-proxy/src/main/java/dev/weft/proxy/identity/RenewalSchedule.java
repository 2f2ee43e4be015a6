package dev.weft.proxy.identity;

import java.time.Duration;
import java.time.Instant;

/**
 * When a certificate is renewed, and when a failed attempt is repeated. Pure: time and randomness
 * are handed in.
 */
public final class RenewalSchedule {
  private static final Duration FIRST_RETRY = Duration.ofMillis(500);
  private static final Duration LONGEST_RETRY = Duration.ofSeconds(30);
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final double SPREAD = 0.1;

  private RenewalSchedule() {}

  /**
   * Half way through the certificate's life, up to a tenth of it earlier, so that instances started
   * together do not come together.
   *
   * @param random 0 (inclusive) to 1
   */
  public static Instant renewAt(Instant notBefore, Instant notAfter, double random) {
    long life = Math.max(0, Duration.between(notBefore, notAfter).toMillis());
    return notBefore.plusMillis((long) (life * (0.5 - SPREAD * random)));
  }

  /**
   * How long to wait with the renewal of a certificate that was issued now. One whose half is over
   * already, because clocks differ or lives are short, is given half of what is left, so that it is
   * not renewed without a pause.
   *
   * @return at least a second
   */
  public static Duration renewAfter(
      Instant now, Instant notBefore, Instant notAfter, double random) {
    Duration planned = Duration.between(now, renewAt(notBefore, notAfter, random));
    Duration wait = planned.isPositive() ? planned : Duration.between(now, notAfter).dividedBy(2);
    return wait.compareTo(SHORTEST) < 0 ? SHORTEST : wait;
  }

  /**
   * How long to wait after so many failures in a row: 0.5 s, doubling to 30 s, a random part of it,
   * at least a tenth.
   *
   * @param failures at least 1
   * @param random 0 (inclusive) to 1
   */
  public static Duration retryAfter(int failures, double random) {
    long longest =
        failures > 6
            ? LONGEST_RETRY.toMillis()
            : Math.min(LONGEST_RETRY.toMillis(), FIRST_RETRY.toMillis() << (failures - 1));
    return Duration.ofMillis((long) (longest * (0.1 + 0.9 * random)));
  }
}
