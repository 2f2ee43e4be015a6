package dev.weft.control.resource;

import dev.weft.control.resource.BreakerPolicy.Fallback;
import java.time.Duration;
import java.util.Set;

/** What a schema cannot say about an error-rate breaker. */
final class BreakerChecks {
  /** What the proxy can count in. */
  private static final Duration SHORTEST_WINDOW = Duration.ofMillis(100);

  private static final Set<String> FRAMING =
      Set.of(
          "connection",
          "content-length",
          "transfer-encoding",
          "upgrade",
          "te",
          "trailer",
          "keep-alive");

  private BreakerChecks() {}

  /**
   * @param at the section's path
   */
  static void check(BreakerPolicy breaker, String at, Findings findings) {
    Duration window = breaker.window();
    findings.require(
        window == null || window.compareTo(SHORTEST_WINDOW) >= 0,
        at + "window",
        "is shorter than 100ms",
        "use at least 100ms");
    TrafficPolicyChecks.positive(breaker.resetTimeout(), at + "resetTimeout", findings);
    switch (breaker.fallback()) {
      case Fallback.LastGood lastGood ->
          TrafficPolicyChecks.positive(
              lastGood.maxAge(), at + "fallback/lastGood/maxAge", findings);
      case Fallback.Reply reply -> {
        for (String name : reply.headers().keySet()) {
          findings.require(
              !FRAMING.contains(name),
              at + "fallback/reply/headers/" + name,
              "says how a message is framed, which is the proxy's to say",
              "remove it");
        }
      }
      case null, default -> {}
    }
  }
}
