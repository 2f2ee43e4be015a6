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
 */
public record LongStreamsPolicy(
    @Nullable Integer maxPerCaller,
    @Nullable Duration clientIdle,
    @Nullable Duration serviceIdle,
    @Nullable Duration noticeAfter,
    @Nullable Duration maxDuration) {
  static LongStreamsPolicy parse(Fields fields) {
    return new LongStreamsPolicy(
        fields.optionalNumber("maxPerCaller"),
        fields.optionalDuration("clientIdle"),
        fields.optionalDuration("serviceIdle"),
        fields.optionalDuration("noticeAfter"),
        fields.optionalDuration("maxDuration"));
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
  }
}
