package dev.weft.control.resource;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What bounds requests to a service that last. Null bounds nothing.
 *
 * @param maxPerCaller streams of one caller to one instance
 * @param clientIdle how long a client may say nothing before the end of its request
 * @param serviceIdle how long the service may say nothing in its answer
 * @param noticeAfter when a client is told to go elsewhere with what is new
 * @param maxDuration when a stream is ended
 * @param rebalance how clients are told when instances come
 */
public record LongStreamsPolicy(
    @Nullable Integer maxPerCaller,
    @Nullable Duration clientIdle,
    @Nullable Duration serviceIdle,
    @Nullable Duration noticeAfter,
    @Nullable Duration maxDuration,
    @Nullable Rebalance rebalance) {
  /**
   * How fast streams follow instances that came; null where the proxies' own default holds.
   *
   * @param maxPercent of a caller's streams that are told in an interval
   * @param interval for how long instances have to stay first
   */
  public record Rebalance(@Nullable Integer maxPercent, @Nullable Duration interval) {
    private static final Duration SHORTEST = Duration.ofMillis(100);

    static Rebalance parse(Fields fields) {
      return new Rebalance(
          fields.optionalNumber("maxPercent"), fields.optionalDuration("interval"));
    }
  }

  static LongStreamsPolicy parse(Fields fields) {
    return new LongStreamsPolicy(
        fields.optionalNumber("maxPerCaller"),
        fields.optionalDuration("clientIdle"),
        fields.optionalDuration("serviceIdle"),
        fields.optionalDuration("noticeAfter"),
        fields.optionalDuration("maxDuration"),
        fields.optional("rebalance", Rebalance::parse));
  }

  /** What a schema cannot say of it. */
  void check(Findings findings) {
    String at = "/spec/longStreams/";
    TrafficPolicyChecks.positive(clientIdle, at + "clientIdle", findings);
    TrafficPolicyChecks.positive(serviceIdle, at + "serviceIdle", findings);
    TrafficPolicyChecks.positive(noticeAfter, at + "noticeAfter", findings);
    TrafficPolicyChecks.positive(maxDuration, at + "maxDuration", findings);
    findings.require(
        noticeAfter == null || maxDuration == null || noticeAfter.compareTo(maxDuration) < 0,
        at + "noticeAfter",
        "is not shorter than maxDuration",
        "give clients some time between the two");
    Duration interval = rebalance == null ? null : rebalance.interval();
    findings.require(
        interval == null || interval.compareTo(Rebalance.SHORTEST) >= 0,
        at + "rebalance/interval",
        "is shorter than 100ms",
        "give clients some time to open streams again, as the default of 5s does");
  }
}
