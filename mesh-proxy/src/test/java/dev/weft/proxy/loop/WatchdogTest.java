package dev.weft.proxy.loop;

import static dev.weft.proxy.testkit.Soon.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.loop.Watchdog.Blocked;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Loops that are really blocked; nothing here depends on how long anything takes. */
class WatchdogTest {
  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(2, NioIoHandler.newFactory());
  private final BlockingQueue<Blocked> reports = new LinkedBlockingQueue<>();
  private final Watchdog watchdog = new Watchdog(loops, 0, reports::add);

  /** Whatever blocks a loop does so until this. */
  private volatile CountDownLatch enough = new CountDownLatch(1);

  @AfterEach
  void stop() {
    enough.countDown();
    watchdog.close();
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
  }

  private Blocked report() throws InterruptedException {
    Blocked report = reports.poll(20, TimeUnit.SECONDS);
    assertThat(report).as("a report of a blocked loop").isNotNull();
    return report;
  }

  private void waitHere() {
    try {
      enough.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void turnHere() {
    while (enough.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aLoopThatWaitsIsReportedWithItsStack() throws Exception {
    EventLoop loop = loops.next();
    String name = loop.submit(() -> Thread.currentThread().getName()).get();

    loop.execute(this::waitHere);
    Blocked report = report();
    enough.countDown();

    assertThat(report.loop()).isEqualTo(name);
    assertThat(report.millis()).isGreaterThanOrEqualTo(50);
    assertThat(report.stack()).contains("WatchdogTest.waitHere(WatchdogTest.java:");
    assertThat(report.waiting()).isTrue();
    assertThat(watchdog.misses()).isPositive();
    assertThat(watchdog.waits()).isPositive();
  }

  @Test
  void aLoopThatComputesIsReportedAndAgainAfterASecond() throws Exception {
    loops.next().execute(this::turnHere);
    Blocked first = report();
    Blocked second = report();
    enough.countDown();

    assertThat(first.stack()).contains("WatchdogTest.turnHere(");
    assertThat(second.loop()).isEqualTo(first.loop());
    assertThat(second.millis()).isGreaterThanOrEqualTo(1000);
    assertThat(second.cpuMillis()).isPositive();
    assertThat(second.waiting()).isFalse();
    assertThat(watchdog.longMisses()).isEqualTo(1);
  }

  @Test
  void aBlockIsReportedOnceAndTheNextAgain() throws Exception {
    EventLoop loop = loops.next();
    for (int round = 1; round <= 3; round++) {
      enough = new CountDownLatch(1);
      loop.execute(this::waitHere);
      report();
      enough.countDown();
      loop.submit(() -> {}).get();
    }
    assertThat(watchdog.misses()).isGreaterThanOrEqualTo(3);
  }

  @Test
  void loopsThatHaveEndedAreNotReported() {
    loops.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    // It goes on looking: another that is blocked is what tells that it has.
    MultiThreadIoEventLoopGroup others =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try (Watchdog other = new Watchdog(others, 0, reports::add)) {
      others.execute(this::waitHere);
      await("a report").until(() -> other.misses() > 0);
    } finally {
      enough.countDown();
      others.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
    assertThat(watchdog.misses()).isZero();
  }
}
