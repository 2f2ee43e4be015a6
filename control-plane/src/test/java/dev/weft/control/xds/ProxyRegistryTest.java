package dev.weft.control.xds;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weft.control.compile.SidecarNode;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class ProxyRegistryTest {
  private final ProxyRegistry registry = new ProxyRegistry(InstantSource.system());
  private final List<String> told = new CopyOnWriteArrayList<>();

  @Test
  void aSidecarThatComesBackOnAnotherLoopIsToldAfterItsLoss() throws Exception {
    CountDownLatch telling = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    registry.observe(new Observer(telling, goOn));
    IdleStream first = IdleStream.of("1");
    assertThat(registry.connected(first)).isTrue();

    Thread loses = Thread.ofPlatform().start(() -> registry.disconnected(first, false));
    telling.await();
    Thread comesBack = Thread.ofPlatform().start(() -> registry.connected(IdleStream.of("1")));
    await().until(() -> comesBack.getState() == Thread.State.BLOCKED);
    goOn.countDown();
    loses.join();
    comesBack.join();

    assertThat(told).containsExactly("connected", "lost", "connected");
    assertThat(registry.connected()).hasSize(1);
  }

  /** Takes its time over a loss. */
  private final class Observer implements ProxyEvents {
    private final CountDownLatch telling;
    private final CountDownLatch goOn;

    Observer(CountDownLatch telling, CountDownLatch goOn) {
      this.telling = telling;
      this.goOn = goOn;
    }

    @Override
    public void connected(SidecarNode node) {
      told.add("connected");
    }

    @Override
    public void saidGoodbye(String proxyId) {
      told.add("goodbye");
    }

    @Override
    public void lost(String proxyId) {
      telling.countDown();
      try {
        goOn.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      told.add("lost");
    }

    @Override
    public void statusChanged(String proxyId) {}
  }
}
