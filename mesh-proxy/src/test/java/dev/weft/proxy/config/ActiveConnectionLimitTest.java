package dev.weft.proxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.config.ActiveConnectionLimit.Verdict;
import dev.weft.proxy.testkit.RecordingTelemetry;
import dev.weft.xds.model.ConnectionLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ActiveConnectionLimitTest {
  private static final Duration A_WHILE = Duration.ofSeconds(1);

  private final RecordingTelemetry telemetry = new RecordingTelemetry();

  private ActiveConnectionLimit limit(long max, Duration delay, boolean enabled) {
    return ActiveConnectionLimit.of(new ConnectionLimit("s", max, delay, enabled), null, telemetry);
  }

  /**
   * Whoever comes while fewer than the limit are open is served, nobody else is, and the statistics
   * say how many are open and how many came too late.
   */
  @Test
  void servesWhoFindsRoom() {
    for (int seed = 0; seed < 10_000; seed++) {
      Random random = new Random(seed);
      RecordingTelemetry counts = new RecordingTelemetry();
      int max = 1 + random.nextInt(4);
      Duration delay = random.nextBoolean() ? Duration.ZERO : A_WHILE;
      ActiveConnectionLimit limit = null;
      List<Runnable> open = new ArrayList<>();
      int limited = 0;
      for (int step = 0; step < 40; step++) {
        if (limit == null || random.nextInt(10) == 0) {
          // A new configuration: who is there goes on counting.
          max = 1 + random.nextInt(4);
          limit =
              ActiveConnectionLimit.of(new ConnectionLimit("s", max, delay, true), limit, counts);
        } else if (random.nextBoolean() || open.isEmpty()) {
          Verdict expected =
              open.size() < max ? Verdict.SERVED : delay.isZero() ? Verdict.CLOSED : Verdict.WAITS;
          limited += expected == Verdict.SERVED ? 0 : 1;
          ActiveConnectionLimit entered = limit;
          Verdict verdict = entered.enter();
          assertThat(verdict).as("seed %s", seed).isEqualTo(expected);
          open.add(() -> entered.leave(verdict));
        } else {
          Collections.shuffle(open, random);
          open.removeLast().run();
        }
        assertThat(counts.count("connection_limit.s.active_connections")).isEqualTo(open.size());
        assertThat(counts.count("connection_limit.s.limited_connections")).isEqualTo(limited);
      }
    }
  }

  @Test
  void notMoreThanABoundedNumberWaits() {
    ActiveConnectionLimit limit = limit(1, A_WHILE, true);
    limit.enter();
    for (int i = 0; i < ActiveConnectionLimit.MOST_WAITING; i++) {
      assertThat(limit.enter()).isEqualTo(Verdict.WAITS);
    }
    assertThat(limit.enter()).isEqualTo(Verdict.CLOSED);
    limit.leave(Verdict.CLOSED);
    limit.leave(Verdict.WAITS);
    assertThat(limit.enter()).isEqualTo(Verdict.WAITS);
  }

  @Test
  void whatIsDisabledCountsNothing() {
    ActiveConnectionLimit limit = limit(1, Duration.ZERO, false);
    assertThat(limit.enter()).isEqualTo(Verdict.SERVED);
    assertThat(limit.enter()).isEqualTo(Verdict.SERVED);
    assertThat(telemetry.count("connection_limit.s.active_connections")).isZero();
  }

  @Test
  void loopsTogetherServeNoMore() throws InterruptedException {
    ActiveConnectionLimit limit = limit(2, Duration.ZERO, true);
    AtomicInteger served = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    List<Thread> loops = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      loops.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 5_000; n++) {
                      Verdict verdict = limit.enter();
                      if (verdict == Verdict.SERVED) {
                        most.accumulateAndGet(served.incrementAndGet(), Math::max);
                        served.decrementAndGet();
                      }
                      limit.leave(verdict);
                    }
                  }));
    }
    for (Thread loop : loops) {
      loop.join();
    }
    assertThat(most.get()).isBetween(1, 2);
    assertThat(telemetry.count("connection_limit.s.active_connections")).isZero();
    assertThat(limit.enter()).isEqualTo(Verdict.SERVED);
  }
}
