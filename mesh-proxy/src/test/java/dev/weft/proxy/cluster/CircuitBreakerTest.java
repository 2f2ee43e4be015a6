package dev.weft.proxy.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.testkit.RecordingTelemetry;
import dev.weft.xds.model.Cluster.RetryBudget;
import dev.weft.xds.model.Cluster.Thresholds;
import dev.weft.xds.model.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Permits are never given twice, and always come back. */
class CircuitBreakerTest {
  private final RecordingTelemetry telemetry = new RecordingTelemetry();

  private CircuitBreaker breaker(Thresholds thresholds) {
    return CircuitBreaker.create(Priority.DEFAULT, thresholds, telemetry.cluster("c"));
  }

  @Test
  void opensAtTheLimitAndClosesBelowIt() {
    CircuitBreaker breaker = breaker(new Thresholds(1, 1, 2, 1, null));
    assertThat(breaker.tryRequest()).isTrue();
    assertThat(breaker.tryRequest()).isTrue();
    assertThat(breaker.tryRequest()).isFalse();
    assertThat(telemetry.calls("cluster/c/breaker")).isEqualTo(1);
    breaker.releaseRequest();
    assertThat(telemetry.calls("cluster/c/breaker")).isEqualTo(2);
    assertThat(breaker.tryRequest()).isTrue();
  }

  @Test
  void countsStayWhenThresholdsChange() {
    CircuitBreaker two = breaker(new Thresholds(1, 1, 2, 1, null));
    two.tryRequest();
    two.tryRequest();
    CircuitBreaker one = two.with(new Thresholds(1, 1, 1, 1, null));
    assertThat(one.tryRequest()).isFalse();
    two.releaseRequest();
    two.releaseRequest();
    assertThat(one.tryRequest()).isTrue();
    assertThat(one.tryRequest()).isFalse();
  }

  @Test
  void theRetryBudgetIsAShareOfWhatIsInFlight() {
    for (long seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      int percent = random.nextInt(0, 101);
      int least = random.nextInt(0, 5);
      CircuitBreaker breaker =
          breaker(new Thresholds(1, 1, 10_000, 3, new RetryBudget(percent, least)));
      int requests = 0;
      int retries = 0;
      for (int step = 0; step < 300; step++) {
        switch (random.nextInt(4)) {
          case 0 -> {
            assertThat(breaker.tryRequest()).isTrue();
            requests++;
          }
          case 1 -> {
            if (requests > 0) {
              breaker.releaseRequest();
              requests--;
            }
          }
          case 2 -> {
            int allowed = Math.max(least, requests * percent / 100);
            assertThat(breaker.tryRetry())
                .as("seed %s step %s: %s retries of %s requests", seed, step, retries, requests)
                .isEqualTo(retries < allowed);
            retries = Math.min(retries + 1, Math.max(retries, allowed));
          }
          default -> {
            if (retries > 0) {
              breaker.releaseRetry();
              retries--;
            }
          }
        }
      }
    }
  }

  @Test
  void threadsNeverHoldMoreThanTheLimit() throws InterruptedException {
    CircuitBreaker breaker = breaker(new Thresholds(1, 1, 3, 1, null));
    AtomicInteger held = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(4);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      threads.add(
          Thread.ofPlatform()
              .start(
                  () -> {
                    for (int n = 0; n < 50_000; n++) {
                      if (breaker.tryRequest()) {
                        most.accumulateAndGet(held.incrementAndGet(), Math::max);
                        held.decrementAndGet();
                        breaker.releaseRequest();
                      }
                    }
                    done.countDown();
                  }));
    }
    done.await();
    assertThat(most).hasValueLessThanOrEqualTo(3);
    assertThat(breaker.requests()).isZero();
  }
}
