package dev.weft.proxy.filter.longstreams;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.LongStreams;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Bounds what lasts: how many streams a caller has at a time, how long either side is silent, and
 * how long a stream goes on; tells clients when endpoints have come ({@code
 * weft.filters.http.long_streams.v1.LongStreams}).
 */
public final class LongStreamBounds implements HttpFilterFactory {
  private static final int TOO_MANY = 429;
  private static final int RESOURCE_EXHAUSTED = 8;
  private static final int DEADLINE_EXCEEDED = 4;
  private static final int UNAVAILABLE = 14;
  private static final Verdict.Reply CLIENT_SILENT =
      new Verdict.Reply(
          408,
          "the client said nothing for too long",
          "long_streams_client_idle",
          ResponseFlag.STREAM_IDLE_TIMEOUT.bit(),
          DEADLINE_EXCEEDED,
          null);
  private static final Verdict.Reply ENDPOINT_SILENT =
      new Verdict.Reply(
          504,
          "the endpoint said nothing for too long",
          "long_streams_endpoint_idle",
          ResponseFlag.STREAM_IDLE_TIMEOUT.bit(),
          UNAVAILABLE,
          null);
  private static final Verdict.Reply LASTED =
      new Verdict.Reply(
          504,
          "the stream lasted as long as it may: open it again",
          "long_streams_max_duration",
          ResponseFlag.DURATION_TIMEOUT.bit(),
          UNAVAILABLE,
          null);

  private final LongStreams config;
  private final CallerSeats seats;
  private final StreamRosters rosters;
  private final StreamTimes.Bounds bounds;
  private final AsciiString callerHeader;
  private final Verdict.Reply refusal;
  private final Counter active;
  private final Counter refused;
  private final Counter noticed;
  private final Counter clientIdle;
  private final Counter endpointIdle;
  private final Counter tooOld;
  private final Counter rebalanced;

  private LongStreamBounds(
      LongStreams config, CallerSeats seats, StreamRosters rosters, FilterSite site) {
    this.config = config;
    this.seats = seats;
    this.rosters = rosters;
    this.bounds =
        new StreamTimes.Bounds(
            config.clientIdle().toNanos(),
            config.endpointIdle().toNanos(),
            config.maxDuration().toNanos());
    this.callerHeader = AsciiString.of(config.callerHeader());
    this.refusal =
        new Verdict.Reply(
            TOO_MANY,
            "too many streams: this caller has " + config.maxPerCaller() + ", as many as it may",
            "long_streams_limited",
            ResponseFlag.RATE_LIMITED.bit(),
            RESOURCE_EXHAUSTED,
            null);
    this.active = site.gauge("long_streams.active");
    this.refused = site.counter("long_streams.limited");
    this.noticed = site.counter("long_streams.noticed");
    this.clientIdle = site.counter("long_streams.client_idle");
    this.endpointIdle = site.counter("long_streams.endpoint_idle");
    this.tooOld = site.counter("long_streams.max_duration_reached");
    this.rebalanced = site.counter("long_streams.rebalanced");
  }

  /**
   * The filter that a configuration asks for; null where it bounds nothing.
   *
   * @param seats of the proxy
   * @param rosters of the proxy
   */
  public static @Nullable HttpFilterFactory of(
      LongStreams config, CallerSeats seats, StreamRosters rosters, FilterSite site) {
    return config.maxPerCaller() == 0 && !config.timed() && config.rebalance() == null
        ? null
        : new LongStreamBounds(config, seats, rosters, site);
  }

  @Override
  public HttpFilter create(FilterContext context) {
    return new BoundedStream(this, context);
  }

  /** Whether callers have limits. */
  boolean limited() {
    return config.maxPerCaller() > 0;
  }

  /** A place among the caller's streams; null if it has as many as it may. */
  CallerSeats.@Nullable Seat take(String cluster, Http2Headers request, Exchange exchange) {
    String caller =
        CallerName.of(exchange.downstream().peer(), callerHeader, request, exchange.client());
    return seats.take(cluster, caller, config.maxPerCaller());
  }

  void leave(CallerSeats.Seat seat) {
    seats.leave(seat);
  }

  /** Has a stream follow endpoints that come; null where none does. */
  @Nullable ListedStream list(ActiveCluster cluster, FilterContext context) {
    LongStreams.Rebalance settings = config.rebalance();
    return settings == null ? null : rosters.list(cluster, settings, context, rebalanced);
  }

  /** Answers a caller who has too many. */
  Verdict.Reply refuse() {
    refused.increment();
    return refusal;
  }

  /** The times of a stream that begins; null where time does not count. */
  @Nullable StreamTimes times(long now, boolean requestEnded) {
    return config.timed() ? new StreamTimes(bounds, noticeNanos(), now, requestEnded) : null;
  }

  /** Streams that began together are not all told together. */
  private long noticeNanos() {
    long notice = config.noticeAfter().toNanos();
    long more = notice / 100 * config.noticeJitterPercent();
    return more == 0 ? notice : notice + ThreadLocalRandom.current().nextLong(more);
  }

  void begun() {
    active.increment();
  }

  void ended() {
    active.decrement();
  }

  void noticed() {
    noticed.increment();
  }

  /** How a stream ends whose time is over. */
  Verdict.Reply end(StreamTimes.Due due) {
    return switch (due) {
      case CLIENT_IDLE -> {
        clientIdle.increment();
        yield CLIENT_SILENT;
      }
      case ENDPOINT_IDLE -> {
        endpointIdle.increment();
        yield ENDPOINT_SILENT;
      }
      case TOO_OLD -> {
        tooOld.increment();
        yield LASTED;
      }
      case NOTICE -> throw new IllegalArgumentException("a notice ends nothing");
    };
  }
}
