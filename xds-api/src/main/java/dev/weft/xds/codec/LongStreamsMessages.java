package dev.weft.xds.codec;

import dev.weft.filters.http.long_streams.v1.LongStreams;
import dev.weft.filters.http.long_streams.v1.Rebalance;
import java.time.Duration;
import java.util.regex.Pattern;

/** The message of {@link dev.weft.xds.model.LongStreams}, of a manager's filter and of routes. */
final class LongStreamsMessages {
  private static final Pattern HEADER_NAME = Pattern.compile("[a-z0-9!#$%&'*+.^_`|~-]{0,256}");

  private LongStreamsMessages() {}

  static dev.weft.xds.model.LongStreams decode(LongStreams message, DecodeScope scope) {
    scope
        .at("caller_header")
        .require(
            HEADER_NAME.matcher(message.getCallerHeader()).matches(),
            "is no name of a header; names are in lower case");
    Duration notice = Wire.duration(message.getNoticeAfter(), scope.at("notice_after"));
    Duration max = Wire.duration(message.getMaxDuration(), scope.at("max_duration"));
    scope
        .at("notice_after")
        .require(
            notice.isZero() || max.isZero() || notice.compareTo(max) < 0,
            "must be shorter than max_duration");
    return new dev.weft.xds.model.LongStreams(
        message.hasMaxPerCaller()
            ? Wire.number(
                message.getMaxPerCaller().getValue(),
                1,
                Integer.MAX_VALUE,
                scope.at("max_per_caller"))
            : 0,
        message.getCallerHeader(),
        Wire.duration(message.getClientIdle(), scope.at("client_idle")),
        Wire.duration(message.getEndpointIdle(), scope.at("endpoint_idle")),
        notice,
        message.hasNoticeJitterPercent()
            ? Wire.number(
                message.getNoticeJitterPercent().getValue(),
                0,
                100,
                scope.at("notice_jitter_percent"))
            : dev.weft.xds.model.LongStreams.NONE.noticeJitterPercent(),
        max,
        message.hasRebalance() ? rebalance(message.getRebalance(), scope.at("rebalance")) : null);
  }

  private static dev.weft.xds.model.LongStreams.Rebalance rebalance(
      Rebalance message, DecodeScope scope) {
    var unsaid = dev.weft.xds.model.LongStreams.Rebalance.DEFAULT;
    Duration interval =
        message.hasInterval()
            ? Wire.duration(message.getInterval(), scope.at("interval"))
            : unsaid.interval();
    scope
        .at("interval")
        .require(
            interval.compareTo(dev.weft.xds.model.LongStreams.Rebalance.SHORTEST) >= 0,
            "must be at least 0.1s");
    return new dev.weft.xds.model.LongStreams.Rebalance(
        message.hasMaxPercent()
            ? Wire.number(message.getMaxPercent().getValue(), 1, 100, scope.at("max_percent"))
            : unsaid.maxPercent(),
        interval);
  }

  static LongStreams encode(dev.weft.xds.model.LongStreams streams) {
    LongStreams.Builder encoded =
        LongStreams.newBuilder()
            .setCallerHeader(streams.callerHeader())
            .setClientIdle(Wire.duration(streams.clientIdle()))
            .setEndpointIdle(Wire.duration(streams.endpointIdle()))
            .setNoticeAfter(Wire.duration(streams.noticeAfter()))
            .setNoticeJitterPercent(Wire.uint32(streams.noticeJitterPercent()))
            .setMaxDuration(Wire.duration(streams.maxDuration()));
    if (streams.maxPerCaller() > 0) {
      encoded.setMaxPerCaller(Wire.uint32(streams.maxPerCaller()));
    }
    dev.weft.xds.model.LongStreams.Rebalance rebalance = streams.rebalance();
    if (rebalance != null) {
      encoded.setRebalance(
          Rebalance.newBuilder()
              .setMaxPercent(Wire.uint32(rebalance.maxPercent()))
              .setInterval(Wire.duration(rebalance.interval())));
    }
    return encoded.build();
  }
}
