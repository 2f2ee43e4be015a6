package dev.weft.proxy.testkit;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;

/** Waiting for what comes within milliseconds: asks at once, and often. */
public final class Soon {
  private Soon() {}

  /** Up to 10 s. */
  public static ConditionFactory await(String what) {
    return Awaitility.await(what).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(2));
  }
}
