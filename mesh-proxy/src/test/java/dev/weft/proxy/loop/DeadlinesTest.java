package dev.weft.proxy.loop;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DeadlinesTest {
  private final DefaultEventLoop loop = new DefaultEventLoop();

  @AfterEach
  void stop() {
    loop.shutdownGracefully(0, 5, TimeUnit.SECONDS);
  }

  @Test
  void h53ATimeBeyondAllNanosecondsIsNeverOver() throws Exception {
    List<Deadlines.Kind> over = new ArrayList<>();
    loop.submit(
            () -> {
              long now = System.nanoTime();
              Deadlines deadlines = new Deadlines(loop, over::add, now);
              // Set some time after the exchange began, as a filter may have it.
              deadlines.set(Deadlines.Kind.DURATION, now + 1_000, Long.MAX_VALUE);
              deadlines.run();
            })
        .get(5, TimeUnit.SECONDS);

    assertThat(over).isEmpty();
  }
}
