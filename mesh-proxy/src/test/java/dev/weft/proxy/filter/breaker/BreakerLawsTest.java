package dev.weft.proxy.filter.breaker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.filter.breaker.Breaker.Admitted;
import dev.weft.proxy.filter.breaker.Breaker.Control;
import dev.weft.proxy.filter.breaker.Breaker.Outcome;
import dev.weft.proxy.filter.breaker.Breaker.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Any limits, any course of requests: the breaker does what {@link PlainBreaker} does, and keeps
 * the laws that stand at each assertion.
 */
class BreakerLawsTest {
  private static final int RUNS = 12_000;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  @Test
  void doesWhatThePlainOneDoes() {
    for (long seed = 0; seed < RUNS; seed++) {
      new Run(seed).go();
    }
  }

  /** A request under way, for both. */
  private record Under(Admitted entry, PlainBreaker.Passed passed) {}

  private static final class Run {
    final long seed;
    final SplittableRandom random;
    final Breaker breaker = new Breaker();
    final PlainBreaker plain = new PlainBreaker();
    final List<Under> under = new ArrayList<>();
    final double failing;

    /** Clocks may begin anywhere, before zero too. */
    long now;

    Limits limits;
    Long trialBegan;

    Run(long seed) {
      this.seed = seed;
      this.random = new SplittableRandom(seed);
      this.limits =
          new Limits(
              random.nextInt(1, 8),
              random.nextLong(1, 20) * SECOND,
              random.nextInt(1, 12),
              random.nextInt(1, 101),
              random.nextLong(1, 10) * SECOND);
      this.failing = random.nextDouble();
      this.now = random.nextLong(-1000, 1000) * SECOND + random.nextLong(SECOND);
    }

    void go() {
      for (int step = 0, steps = random.nextInt(20, 200); step < steps; step++) {
        switch (random.nextInt(20)) {
          case 0 -> now += random.nextLong(2 * limits.resetNanos());
          case 1 -> now += random.nextLong(2 * limits.windowNanos());
          case 2 -> changeLimits();
          case 3 -> control();
          case 4, 5, 6, 7, 8, 9 -> end();
          default -> ask();
        }
        now += random.nextLong(SECOND / 4);
        agree();
      }
      recovers();
    }

    private void ask() {
      Breaker.Entry entry = breaker.ask(limits, now);
      PlainBreaker.Passed passed = plain.ask(limits, now);
      assertThat(entry instanceof Admitted).as(this::where).isEqualTo(passed != null);
      if (entry instanceof Admitted admitted) {
        under.add(new Under(admitted, passed));
        assertThat(breaker.snapshot(now).state())
            .as("an open one lets nothing pass; %s", where())
            .isNotEqualTo(State.OPEN);
      }
      if (entry instanceof Breaker.Trial) {
        assertThat(trialBegan == null || now - trialBegan >= limits.resetNanos())
            .as("one trial at a time; %s", where())
            .isTrue();
        trialBegan = now;
      } else if (entry instanceof Admitted) {
        assertThat(under.size())
            .as("no more than may be; %s", where())
            .isLessThanOrEqualTo(limits.maxConcurrent());
      }
    }

    private void end() {
      if (under.isEmpty()) {
        return;
      }
      Under over = under.remove(random.nextInt(under.size()));
      Outcome outcome =
          random.nextInt(10) == 0
              ? Outcome.ABANDONED
              : random.nextDouble() < failing ? Outcome.FAILURE : Outcome.SUCCESS;
      if (over.entry() instanceof Breaker.Trial) {
        trialBegan = null;
      }
      breaker.report(over.entry(), outcome, limits, now);
      breaker.leave();
      plain.report(over.passed(), outcome, limits, now);
    }

    /** Any but the window's length, of which the plain one remembers more. */
    private void changeLimits() {
      limits =
          new Limits(
              random.nextInt(1, 8),
              limits.windowNanos(),
              random.nextInt(1, 12),
              random.nextInt(1, 101),
              random.nextLong(1, 10) * SECOND);
    }

    private void control() {
      Control by = Control.values()[random.nextInt(3)];
      trialBegan = null;
      breaker.control(by);
      plain.control(by);
    }

    private void agree() {
      Breaker.Snapshot snapshot = breaker.snapshot(now);
      assertThat(snapshot.state()).as(this::where).isEqualTo(plain.state(now));
      assertThat(snapshot.active()).as(this::where).isEqualTo(plain.active);
      if (snapshot.state() == State.CLOSED && snapshot.control() == Control.AUTO) {
        assertThat(snapshot.requests()).as(this::where).isEqualTo(plain.requests(limits, now));
        assertThat(snapshot.failures()).as(this::where).isEqualTo(plain.failures(limits, now));
      }
    }

    /**
     * Nothing fails any more: whatever was, it lets requests pass again after the reset timeout.
     */
    private void recovers() {
      breaker.control(Control.AUTO);
      while (!under.isEmpty()) {
        Under over = under.removeLast();
        breaker.report(over.entry(), Outcome.FAILURE, limits, now);
        breaker.leave();
      }
      assertThat(breaker.snapshot(now).state()).as(this::where).isEqualTo(State.CLOSED);
      for (int i = 0; i < limits.minRequests(); i++) {
        breaker.report((Admitted) breaker.ask(limits, now), Outcome.FAILURE, limits, now);
        breaker.leave();
      }
      assertThat(breaker.snapshot(now).state()).as(this::where).isEqualTo(State.OPEN);
      assertThat(breaker.ask(limits, now + limits.resetNanos() - 1))
          .as(this::where)
          .isEqualTo(Breaker.Refused.OPEN);
      now += limits.resetNanos();
      Admitted abandoned = (Admitted) breaker.ask(limits, now);
      assertThat(breaker.ask(limits, now)).as(this::where).isEqualTo(Breaker.Refused.OPEN);
      breaker.report(abandoned, Outcome.ABANDONED, limits, now);
      breaker.leave();
      breaker.report((Admitted) breaker.ask(limits, now), Outcome.SUCCESS, limits, now);
      breaker.leave();
      assertThat(breaker.snapshot(now))
          .as(this::where)
          .isEqualTo(new Breaker.Snapshot(State.CLOSED, Control.AUTO, 0, 0, 0, 0));
      assertThat(breaker.quiet(now)).as(this::where).isTrue();
    }

    private String where() {
      return "seed " + seed + " at " + now + " with " + limits;
    }
  }

  @Test
  void aTrialThatHangsIsFollowedByAnother() {
    Breaker breaker = new Breaker();
    Limits limits = new Limits(1, SECOND, 1, 1, SECOND);
    breaker.report((Admitted) breaker.ask(limits, 0), Outcome.FAILURE, limits, 0);
    Admitted hangs = (Admitted) breaker.ask(limits, SECOND);
    assertThat(breaker.ask(limits, 2 * SECOND - 1)).isEqualTo(Breaker.Refused.OPEN);

    Admitted next = (Admitted) breaker.ask(limits, 2 * SECOND);

    assertThat(breaker.report(hangs, Outcome.FAILURE, limits, 2 * SECOND))
        .as("too late to count")
        .isEqualTo(Breaker.Change.NONE);
    assertThat(breaker.report(next, Outcome.SUCCESS, limits, 2 * SECOND))
        .isEqualTo(Breaker.Change.CLOSED);
  }

  @Test
  void aWindowOfAnotherLengthGoesOnWithWhatItCounted() {
    for (long seed = 0; seed < RUNS; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      long nanos = random.nextLong(1, 20) * SECOND;
      RollingWindow window = new RollingWindow(nanos);
      long now = random.nextLong(1000 * SECOND);
      int requests = random.nextInt(1, 50);
      for (int i = 0; i < requests; i++) {
        window.add(now, random.nextBoolean());
      }
      long longer = nanos + random.nextLong(20 * SECOND);
      long after = now + random.nextLong(nanos / 2);

      assertThat(window.resized(longer, after).counts(after))
          .as("seed %s", seed)
          .isEqualTo(window.counts(after));
      long shorter = random.nextLong(SECOND / 10, nanos + 1);
      long kept = window.resized(shorter, after).counts(after);
      assertThat(kept).as("seed %s", seed).isIn(0L, window.counts(after));
      assertThat(window.resized(longer, after).counts(after + 2 * longer)).isZero();
    }
  }

  /** All loops share one: nothing is lost, and it opens and closes once. */
  @Test
  void nothingIsLostBetweenThreads() throws Exception {
    int threads = 4;
    int each = 50_000;
    Limits limits = new Limits(1000, 3600 * SECOND, Integer.MAX_VALUE, 100, SECOND);
    Breaker breaker = new Breaker();
    CountDownLatch start = new CountDownLatch(1);
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        long offset = t;
        all.add(
            pool.submit(
                () -> {
                  start.await();
                  for (long i = 0; i < each; i++) {
                    long now = i * SECOND / 1000 + offset;
                    Admitted entry = (Admitted) breaker.ask(limits, now);
                    Outcome outcome = i % 2 == 0 ? Outcome.SUCCESS : Outcome.FAILURE;
                    breaker.report(entry, outcome, limits, now);
                    breaker.leave();
                  }
                  return null;
                }));
      }
      start.countDown();
      for (Future<?> one : all) {
        one.get(20, TimeUnit.SECONDS);
      }
    }

    assertThat(breaker.snapshot(each * SECOND / 1000))
        .isEqualTo(
            new Breaker.Snapshot(
                State.CLOSED, Control.AUTO, (long) threads * each, threads * each / 2, 0, 0));
    Limits strict = new Limits(1000, 3600 * SECOND, 1, 1, SECOND);
    long end = each * SECOND / 1000;
    Admitted late = (Admitted) breaker.ask(strict, end);
    assertThat(breaker.report((Admitted) breaker.ask(strict, end), Outcome.FAILURE, strict, end))
        .isEqualTo(Breaker.Change.OPENED);
    assertThat(breaker.report(late, Outcome.FAILURE, strict, end)).isEqualTo(Breaker.Change.NONE);
  }
}
