package dev.weft.proxy.cluster.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.cluster.health.CheckedHealth.Change;
import dev.weft.proxy.cluster.health.CheckedHealth.Outcome;
import dev.weft.xds.model.HealthCheck;
import dev.weft.xds.model.HealthCheck.Intervals;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What outcomes of checks come to, and when the next is due. */
class CheckedHealthTest {
  private static final Intervals INTERVALS =
      new Intervals(
          Duration.ofMillis(1000),
          Duration.ZERO,
          Duration.ZERO,
          0,
          Duration.ofMillis(60_000),
          Duration.ofMillis(50_000),
          Duration.ofMillis(300),
          Duration.ofMillis(100),
          Duration.ofMillis(200));

  private final CheckedHealth health = new CheckedHealth();

  private static HealthCheck config(int unhealthy, int healthy) {
    return config(unhealthy, healthy, INTERVALS);
  }

  private static HealthCheck config(int unhealthy, int healthy, Intervals intervals) {
    return new HealthCheck(
        Duration.ofSeconds(1),
        intervals,
        unhealthy,
        healthy,
        true,
        List.of(),
        false,
        false,
        new HealthCheck.Tcp("", List.of()));
  }

  private Change on(Outcome outcome, HealthCheck config) {
    return health.on(outcome, config);
  }

  @Test
  void withoutChecksItIsWell() {
    assertThat(health.failing()).isFalse();
    assertThat(health.uncounted()).isFalse();
  }

  @Test
  void oneSuccessIsEnoughAtFirst() {
    health.begin(false);
    assertThat(health.failing()).isTrue();
    assertThat(on(Outcome.WELL, config(3, 3))).isEqualTo(Change.CHANGED);
    assertThat(health.failing()).isFalse();
  }

  @Test
  void afterAFirstFailureItTakesTheThreshold() {
    health.begin(false);
    HealthCheck config = config(3, 2);
    assertThat(on(Outcome.NO_ANSWER, config)).isEqualTo(Change.NONE);
    assertThat(on(Outcome.WELL, config)).isEqualTo(Change.PENDING);
    assertThat(on(Outcome.NO_ANSWER, config)).isEqualTo(Change.NONE);
    assertThat(on(Outcome.WELL, config)).isEqualTo(Change.PENDING);
    assertThat(on(Outcome.WELL, config)).isEqualTo(Change.CHANGED);
    assertThat(health.failing()).isFalse();
  }

  @Test
  void aWrongAnswerCountsAtOnceAndSilenceTowardsTheThreshold() {
    HealthCheck config = config(2, 1);
    health.begin(false);
    on(Outcome.WELL, config);
    assertThat(on(Outcome.LATE, config)).isEqualTo(Change.PENDING);
    assertThat(health.late()).isFalse();
    assertThat(on(Outcome.RETRIABLE, config)).isEqualTo(Change.CHANGED);
    on(Outcome.WELL, config);
    assertThat(on(Outcome.FAILED, config)).isEqualTo(Change.CHANGED);
    assertThat(on(Outcome.LATE, config)).isEqualTo(Change.NONE);
    assertThat(health.late()).isTrue();
    on(Outcome.FAILED, config);
    assertThat(health.late()).isFalse();
  }

  @Test
  void degradedIsAChangeOfItsOwn() {
    HealthCheck config = config(2, 1);
    health.begin(false);
    on(Outcome.WELL, config);
    assertThat(on(Outcome.DEGRADED, config)).isEqualTo(Change.CHANGED);
    assertThat(health.degraded()).isTrue();
    assertThat(on(Outcome.DEGRADED, config)).isEqualTo(Change.NONE);
    assertThat(on(Outcome.WELL, config)).isEqualTo(Change.CHANGED);
    assertThat(health.degraded()).isFalse();
  }

  @Test
  void whatIsNotCheckedYetDoesNotCountWhereAskedFor() {
    health.begin(true);
    assertThat(health.uncounted()).isTrue();
    assertThat(on(Outcome.NO_ANSWER, config(2, 1))).isEqualTo(Change.CHANGED);
    assertThat(health.uncounted()).isFalse();
    assertThat(health.failing()).isTrue();
  }

  @Test
  void whoSaidSoDoesNotCountUntilItIsWell() {
    HealthCheck config = config(5, 1);
    health.begin(false);
    on(Outcome.WELL, config);
    health.exclude();
    assertThat(on(Outcome.TOLD, config)).isEqualTo(Change.CHANGED);
    assertThat(health.uncounted()).isTrue();
    on(Outcome.WELL, config);
    assertThat(health.uncounted()).isFalse();
    assertThat(health.failing()).isFalse();
  }

  @Test
  void checksOfAnotherKindDecideByTheirFirst() {
    HealthCheck config = config(5, 5);
    health.begin(false);
    on(Outcome.WELL, config);
    health.beginAgain();
    assertThat(health.failing()).isFalse();
    assertThat(on(Outcome.NO_ANSWER, config)).isEqualTo(Change.CHANGED);
    health.beginAgain();
    assertThat(health.failing()).isTrue();
    assertThat(on(Outcome.WELL, config)).isEqualTo(Change.CHANGED);
  }

  @Test
  void theNextCheckIsDueByWhatTheLastOneShowed() {
    CheckSchedule schedule = new CheckSchedule(INTERVALS);
    SplittableRandom random = new SplittableRandom(1);
    assertThat(schedule.first(random)).isZero();
    assertThat(schedule.next(true, Change.NONE, true, random)).isEqualTo(1000);
    assertThat(schedule.next(true, Change.CHANGED, true, random)).isEqualTo(1000);
    assertThat(schedule.next(true, Change.PENDING, true, random)).isEqualTo(200);
    assertThat(schedule.next(false, Change.PENDING, true, random)).isEqualTo(100);
    assertThat(schedule.next(false, Change.CHANGED, true, random)).isEqualTo(300);
    assertThat(schedule.next(true, Change.NONE, false, random)).isEqualTo(50_000);
    assertThat(schedule.next(true, Change.PENDING, false, random)).isEqualTo(60_000);
    assertThat(schedule.next(false, Change.NONE, false, random)).isEqualTo(60_000);
  }

  @Test
  void jitterOnlyAddsAndNoPauseOverflows() {
    for (long seed = 0; seed < 10_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Duration interval = Duration.ofMillis(random.nextLong(seed % 2 == 0 ? 5000 : 3_155_760_000L));
      Duration jitter = Duration.ofMillis(random.nextLong(3000));
      int percent = random.nextInt(random.nextBoolean() ? 200 : Integer.MAX_VALUE);
      CheckSchedule schedule =
          new CheckSchedule(
              new Intervals(
                  interval, jitter, jitter, percent, interval, interval, interval, interval,
                  interval));
      long base = interval.toMillis();
      long pause = schedule.next(random.nextBoolean(), Change.NONE, true, random);
      assertThat(pause)
          .as("seed %s", seed)
          .isBetween(
              Math.max(1, base),
              (long) Math.ceil(base + jitter.toMillis() + (double) base * percent / 100) + 1);
      assertThat(schedule.first(random)).isBetween(0L, Math.max(1, jitter.toMillis()));
    }
  }

  /**
   * Laws, against a history that is kept beside: it goes out only by a failure, and at once by a
   * final one, else by the threshold's in a row; it comes back only by a success, at the first
   * check at once, else by the threshold's in a row; a change is told if and only if there is one.
   */
  @Test
  void holdsItsLawsWhateverComes() {
    for (long seed = 0; seed < 12_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      CheckedHealth checked = new CheckedHealth();
      HealthCheck config = config(1 + random.nextInt(4), 1 + random.nextInt(4));
      boolean uncounted = random.nextBoolean();
      checked.begin(uncounted);
      int softFailures = 0;
      int successes = 0;
      boolean late = false;
      for (int step = 0; step < 40; step++) {
        Outcome outcome = Outcome.values()[random.nextInt(Outcome.values().length)];
        boolean was = checked.failing();
        boolean wasDegraded = checked.degraded();
        boolean wasUnchecked = checked.unchecked();
        Change change = checked.on(outcome, config);
        boolean success = outcome == Outcome.WELL || outcome == Outcome.DEGRADED;
        boolean last = outcome == Outcome.FAILED || outcome == Outcome.TOLD;
        // what is in a row counts from where the endpoint last went out, or came back
        softFailures = success ? 0 : was || last ? softFailures : softFailures + 1;
        successes = success ? was ? successes + 1 : successes : 0;
        boolean expected =
            success
                ? was && step > 0 && successes != config.healthyThreshold()
                : was || last || softFailures == config.unhealthyThreshold();
        law(checked.failing() == expected, "out and back by the thresholds", seed, step);
        if (was && !expected) {
          successes = 0;
        }
        boolean differs = was != expected || wasDegraded != checked.degraded() || wasUnchecked;
        law(
            (change == Change.CHANGED) == differs || wasPending(change, success, was),
            "a change is told if and only if there is one",
            seed,
            step);
        law(
            change != Change.PENDING || was == expected && success == was,
            "pending is a step towards a change",
            seed,
            step);
        late = expected && (success ? late : outcome == Outcome.LATE);
        law(checked.late() == late, "late is whose last failure was silence", seed, step);
        law(!checked.unchecked(), "one check is enough to be checked", seed, step);
        law(
            checked.degraded() == (success ? outcome == Outcome.DEGRADED : wasDegraded),
            "the last success says whether it is degraded",
            seed,
            step);
      }
    }
  }

  /** Who is out, and becomes degraded on the way back, changes for nobody yet. */
  private static boolean wasPending(Change change, boolean success, boolean was) {
    return change == Change.PENDING && success && was;
  }

  private static void law(boolean holds, String what, long seed, int step) {
    if (!holds) {
      throw new AssertionError("seed " + seed + " step " + step + ": " + what);
    }
  }
}
