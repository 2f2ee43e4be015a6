package dev.weft.proxy.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class ThinnedLogTest {
  @Test
  void aLinePassesOnceAMinuteAndSaysHowManyDidNot() {
    AtomicLong seconds = new AtomicLong(Long.MAX_VALUE / 1_000_000_000 - 30);
    ThinnedLog thinned = new ThinnedLog(() -> seconds.get() * 1_000_000_000);
    List<String> passed = new ArrayList<>();
    for (int i = 0; i < 125; i++) {
      LogRecord line = new LogRecord(Level.WARNING, "dropped");
      if (thinned.isLoggable(line)) {
        passed.add(line.getMessage());
      }
      seconds.incrementAndGet(); // past the clock's greatest number, too
    }
    assertThat(passed)
        .containsExactly(
            "dropped",
            "dropped (left out since the last line: 59)",
            "dropped (left out since the last line: 59)");
  }
}
