package dev.weft.control.compile;

import dev.weft.control.resource.LongStreamsPolicy;
import dev.weft.control.resource.TrafficPolicyResource.Abort;
import dev.weft.control.resource.TrafficPolicyResource.Delay;
import dev.weft.control.resource.TrafficPolicyResource.Faults;
import dev.weft.control.resource.TrafficPolicyResource.RateLimit;
import dev.weft.xds.model.CorsFilter;
import dev.weft.xds.model.DisabledFilter;
import dev.weft.xds.model.ErrorRateBreaker;
import dev.weft.xds.model.ErrorRateBreakerFilter;
import dev.weft.xds.model.Fault;
import dev.weft.xds.model.FaultFilter;
import dev.weft.xds.model.FilterOverride;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.HttpFilterConfig;
import dev.weft.xds.model.LocalRateLimit;
import dev.weft.xds.model.LocalRateLimitFilter;
import dev.weft.xds.model.LongStreams;
import dev.weft.xds.model.LongStreamsFilter;
import dev.weft.xds.model.RateLimitRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The parts of policies that filters of the proxy enforce. */
final class FilterTranslator {
  /** The names under which routes have a say of the filters of outbound listeners. */
  static final String CORS = "cors";

  static final String BREAKER = "breaker";

  static final String FAULT = "fault";

  /** Of inbound listeners, too. */
  static final String STREAMS = "long_streams";

  private static final String LIMIT = "rate_limit";
  private static final int TOO_MANY_REQUESTS = 429;

  private FilterTranslator() {}

  /**
   * The filters of every outbound listener. They are always there, so that it stays as it is when a
   * route first has a say; until one does they take no part.
   */
  static List<HttpFilterConfig> outbound() {
    Fault none = new Fault(null, null, "", List.of(), List.of(), null, false);
    return List.of(
        new CorsFilter(CORS),
        new DisabledFilter(new LongStreamsFilter(STREAMS, LongStreams.NONE)),
        // Before the faults, so that it counts them: they are to be as good as real ones.
        new DisabledFilter(new ErrorRateBreakerFilter(BREAKER, ErrorRateBreaker.DEFAULT)),
        new DisabledFilter(new FaultFilter(FAULT, none)));
  }

  /** The filters before the application behind a port. */
  static List<HttpFilterConfig> inbound(PortView port) {
    // What is not let through takes nobody's share of the rate.
    List<HttpFilterConfig> filters = new ArrayList<>(port.guard().filters());
    LocalRateLimit limit = port.settings().limit();
    if (limit != null) {
      filters.add(new LocalRateLimitFilter(LIMIT, limit));
    }
    LongStreamsPolicy streams = port.settings().streams();
    if (streams != null && streams.maxPerCaller() != null) {
      filters.add(new LongStreamsFilter(STREAMS, ofCallers(streams.maxPerCaller())));
    }
    return filters;
  }

  /** What all routes to a port say of filters. */
  static Map<String, FilterOverride> ofPort(PortView port, MeshView mesh, Problems problems) {
    Map<String, FilterOverride> said = new TreeMap<>();
    Fault fault = port.settings().fault();
    if (fault != null) {
      said.put(FAULT, new FilterOverride.Configure(fault));
    }
    var breaker = port.settings().breaker();
    if (breaker != null) {
      said.put(
          BREAKER,
          new FilterOverride.Configure(BreakerTranslator.of(breaker, port, mesh, problems)));
    }
    LongStreamsPolicy streams = port.settings().streams();
    if (streams != null) {
      LongStreams times = times(streams);
      if (times.timed() || times.rebalance() != null) {
        said.put(STREAMS, new FilterOverride.Configure(times));
      }
    }
    return said;
  }

  /** What instances hold their callers to, of whom they know by their certificates who they are. */
  private static LongStreams ofCallers(int max) {
    LongStreams none = LongStreams.NONE;
    return new LongStreams(
        max,
        none.callerHeader(),
        none.clientIdle(),
        none.endpointIdle(),
        none.noticeAfter(),
        none.noticeJitterPercent(),
        none.maxDuration(),
        none.rebalance());
  }

  /** What callers' sidecars do, as the client that is to be told is theirs. */
  private static LongStreams times(LongStreamsPolicy streams) {
    LongStreams none = LongStreams.NONE;
    return new LongStreams(
        none.maxPerCaller(),
        none.callerHeader(),
        orElse(streams.clientIdle(), none.clientIdle()),
        orElse(streams.serviceIdle(), none.endpointIdle()),
        orElse(streams.noticeAfter(), none.noticeAfter()),
        none.noticeJitterPercent(),
        orElse(streams.maxDuration(), none.maxDuration()),
        rebalance(streams.rebalance()));
  }

  private static LongStreams.@Nullable Rebalance rebalance(
      LongStreamsPolicy.@Nullable Rebalance said) {
    LongStreams.Rebalance unsaid = LongStreams.Rebalance.DEFAULT;
    return said == null
        ? null
        : new LongStreams.Rebalance(
            said.maxPercent() == null ? unsaid.maxPercent() : said.maxPercent(),
            orElse(said.interval(), unsaid.interval()));
  }

  private static Duration orElse(@Nullable Duration value, Duration fallback) {
    return value == null ? fallback : value;
  }

  static @Nullable Fault fault(@Nullable Faults faults) {
    if (faults == null) {
      return null;
    }
    Delay delay = faults.delay();
    Abort abort = faults.abort();
    return new Fault(
        delay == null
            ? null
            : new Fault.Delay(delay.duration(), Fractions.ofPercent(delay.percent())),
        abort == null
            ? null
            : new Fault.Abort(
                abort.httpStatus(), abort.grpcStatus(), Fractions.ofPercent(abort.percent())),
        "",
        MatchTranslator.headers(faults.headers()),
        List.of(),
        faults.maxActive(),
        false);
  }

  static @Nullable LocalRateLimit limit(@Nullable RateLimit limit) {
    return limit == null
        ? null
        : new LocalRateLimit(
            LIMIT,
            TOO_MANY_REQUESTS,
            new LocalRateLimit.Bucket(limit.burst(), limit.requests(), limit.per()),
            Fraction.ALWAYS,
            Fraction.ALWAYS,
            List.of(),
            List.of(),
            false,
            true,
            RateLimitRules.NONE);
  }
}
