package dev.weft.control.resource;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How connections to instances are made and kept. Null keeps the mesh's default.
 *
 * @param maxRequestsPerConnection after which a connection ends; zero: never
 * @param idle after which one that is not used ends
 * @param preconnectRatio for how many streams there are connections to an instance, for each stream
 *     that there is; 1..3
 * @param keepalive how a caller's sidecar finds out that an instance is gone without a word; null
 *     finds out by requests only
 */
public record ConnectionPoolPolicy(
    @Nullable Integer maxRequestsPerConnection,
    @Nullable Duration idle,
    @Nullable Double preconnectRatio,
    @Nullable Keepalive keepalive) {
  /** Well below the hour for which instances keep a connection: the caller ends it first. */
  private static final Duration LONGEST_IDLE = Duration.ofMinutes(50);

  /**
   * Probes of a connection: PINGs of HTTP/2, TCP's own where that is not spoken.
   *
   * @param interval between them
   * @param timeout how long nothing may come after one
   */
  public record Keepalive(Duration interval, Duration timeout) {
    /** What the probes of TCP are counted in, and as often as anybody should be asked. */
    private static final Duration SHORTEST = Duration.ofSeconds(1);

    /** The most seconds that a system waits for TCP's probes. */
    private static final Duration LONGEST = Duration.ofSeconds(32_767);

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    static Keepalive parse(Fields fields) {
      Duration timeout = fields.optionalDuration("timeout");
      return new Keepalive(fields.duration("interval"), timeout == null ? TIMEOUT : timeout);
    }

    private void check(String at, Findings findings) {
      within(interval, at + "interval", findings);
      within(timeout, at + "timeout", findings);
    }

    private static void within(Duration duration, String at, Findings findings) {
      findings.require(
          duration.compareTo(SHORTEST) >= 0 && duration.compareTo(LONGEST) <= 0,
          at,
          "is not within 1s and 9h",
          "use at least 1s, as 30s");
    }
  }

  static ConnectionPoolPolicy parse(Fields fields) {
    return new ConnectionPoolPolicy(
        fields.optionalNumber("maxRequestsPerConnection"),
        fields.optionalDuration("idle"),
        fields.has("preconnectRatio") ? fields.decimal("preconnectRatio") : null,
        fields.optional("keepalive", Keepalive::parse));
  }

  /** What a schema cannot say of it. */
  void check(Findings findings) {
    String at = "/spec/connectionPool/";
    TrafficPolicyChecks.positive(idle, at + "idle", findings);
    findings.require(
        idle == null || idle.compareTo(LONGEST_IDLE) <= 0,
        at + "idle",
        "is longer than instances surely keep an idle connection",
        "use at most 50m");
    if (keepalive != null) {
      keepalive.check(at + "keepalive/", findings);
    }
  }
}
