package dev.weft.proxy.filter.ratelimit;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.Chance;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.RequestCheck;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.LocalRateLimit;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests that find no token in the bucket ({@code envoy.filters.http.local_ratelimit}).
 * All loops share the bucket.
 */
public final class LocalLimit implements RequestCheck {
  private static final AsciiString LIMIT = AsciiString.cached("x-ratelimit-limit");
  private static final AsciiString REMAINING = AsciiString.cached("x-ratelimit-remaining");
  private static final AsciiString RESET = AsciiString.cached("x-ratelimit-reset");
  private static final String REASON = "local_rate_limited";
  private static final int RESOURCE_EXHAUSTED = 8;

  private final LocalRateLimit config;
  private final TokenBucket bucket;
  private final HeaderChanges changes;
  private final Verdict.Reply refusal;
  private final Counter enabled;
  private final Counter enforced;
  private final Counter ok;
  private final Counter limited;

  private LocalLimit(LocalRateLimit config, LocalRateLimit.Bucket bucket, FilterSite site) {
    this.config = config;
    this.bucket =
        new TokenBucket(
            bucket.max(), bucket.perFill(), bucket.interval().toNanos(), System.nanoTime());
    this.changes =
        HeaderChanges.compile(
            new HeaderMutations(
                config.unenforcedRequestHeaders(), List.of(), config.responseHeaders(), List.of()));
    this.refusal =
        new Verdict.Reply(
            config.status(),
            REASON,
            REASON,
            ResponseFlag.RATE_LIMITED.bit(),
            config.resourceExhausted() ? RESOURCE_EXHAUSTED : -1,
            config.responseHeaders().isEmpty() ? null : changes::applyToResponse);
    this.enabled = counter(site, "enabled");
    this.enforced = counter(site, "enforced");
    this.ok = counter(site, "ok");
    this.limited = counter(site, "rate_limited");
  }

  private Counter counter(FilterSite site, String name) {
    String full = "http_local_rate_limit." + name;
    return site.telemetry()
        .counter(
            new StatName(
                config.statPrefix() + "." + full,
                "envoy_" + full.replace('.', '_'),
                List.of("envoy_local_http_ratelimit_prefix", config.statPrefix()),
                false));
  }

  /** The limit that a configuration asks for; null if there is no bucket, and so no limit. */
  public static @Nullable HttpFilterFactory of(LocalRateLimit config, FilterSite site) {
    if (config.bucket() == null) {
      return null;
    }
    LocalLimit limit = new LocalLimit(config, config.bucket(), site);
    return config.rateLimitHeaders() ? limit::telling : limit;
  }

  @Override
  public Verdict.@Nullable Reply check(Http2Headers request, Exchange exchange) {
    if (!Chance.hits(config.enabled())) {
      return null;
    }
    enabled.increment();
    if (bucket.take(System.nanoTime())) {
      ok.increment();
      return null;
    }
    limited.increment();
    if (!Chance.hits(config.enforced())) {
      changes.applyToRequest(request, exchange);
      return null;
    }
    enforced.increment();
    return refusal;
  }

  /** The filter where answers tell the state of the bucket, too. */
  private HttpFilter telling(FilterContext context) {
    HttpFilter plain = create(context);
    return new HttpFilter() {
      @Override
      public Verdict onRequestHeaders(Http2Headers headers, boolean endStream) {
        return plain.onRequestHeaders(headers, endStream);
      }

      @Override
      public Verdict onResponseHeaders(Http2Headers headers, boolean endStream) {
        long now = System.nanoTime();
        headers.set(LIMIT, Integer.toString(bucket.max()));
        headers.set(REMAINING, Integer.toString(bucket.left(now)));
        headers.set(RESET, Long.toString(bucket.secondsToNext(now)));
        return Verdict.CONTINUE;
      }
    };
  }
}
