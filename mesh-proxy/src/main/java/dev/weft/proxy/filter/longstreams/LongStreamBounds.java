package dev.weft.proxy.filter.longstreams;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.filter.longstreams.StreamTimes.Due;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.LongStreams;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Map;
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
      reply(
          408,
          "the client said nothing for too long",
          "client_idle",
          ResponseFlag.STREAM_IDLE_TIMEOUT,
          DEADLINE_EXCEEDED);
  private static final Verdict.Reply ENDPOINT_SILENT =
      reply(
          504,
          "the endpoint said nothing for too long",
          "endpoint_idle",
          ResponseFlag.STREAM_IDLE_TIMEOUT,
          UNAVAILABLE);
  private static final Verdict.Reply LASTED =
      reply(
          504,
          "the stream lasted as long as it may: open it again",
          "max_duration",
          ResponseFlag.DURATION_TIMEOUT,
          UNAVAILABLE);

  /** What ends streams, and how often it has. */
  private record End(Verdict.Reply reply, Counter ended) {}

  private final LongStreams config;
  private final CallerSeats seats;
  private final StreamRosters rosters;
  private final StreamTimes.Bounds bounds;
  private final AsciiString callerHeader;
  private final Verdict.Reply refusal;
  private final Map<Due, End> ends;
  private final Counter active;
  private final Counter refused;
  private final Counter noticed;
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
        reply(
            TOO_MANY,
            "too many streams: this caller has " + config.maxPerCaller() + ", as many as it may",
            "limited",
            ResponseFlag.RATE_LIMITED,
            RESOURCE_EXHAUSTED);
    this.ends =
        Map.of(
            Due.CLIENT_IDLE, new End(CLIENT_SILENT, counter(site, "client_idle")),
            Due.ENDPOINT_IDLE, new End(ENDPOINT_SILENT, counter(site, "endpoint_idle")),
            Due.TOO_OLD, new End(LASTED, counter(site, "max_duration_reached")));
    this.active = site.gauge("long_streams.active");
    this.refused = counter(site, "limited");
    this.noticed = counter(site, "noticed");
    this.rebalanced = counter(site, "rebalanced");
  }

  private static Counter counter(FilterSite site, String name) {
    return site.counter("long_streams." + name);
  }

  private static Verdict.Reply reply(
      int status, String because, String details, ResponseFlag flag, int grpcStatus) {
    return new Verdict.Reply(
        status, because, "long_streams_" + details, flag.bit(), grpcStatus, null);
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
  Verdict.Reply end(Due due) {
    End end = ends.get(due);
    if (end == null) {
      throw new IllegalArgumentException(due + " ends nothing");
    }
    end.ended.increment();
    return end.reply;
  }
}
