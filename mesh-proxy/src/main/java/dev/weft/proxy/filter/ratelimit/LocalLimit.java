package dev.weft.proxy.filter.ratelimit;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.Chance;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.RequestCheck;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.filter.ratelimit.DescriptorBuckets.Decision;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.StatName;
import dev.weft.xds.model.HeaderMutations;
import dev.weft.xds.model.LocalRateLimit;
import dev.weft.xds.model.RateLimitRules;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers requests that find no token in the bucket ({@code envoy.filters.http.local_ratelimit}).
 * All loops share the buckets.
 */
public final class LocalLimit implements RequestCheck {
  private static final AsciiString LIMIT = AsciiString.cached("x-ratelimit-limit");
  private static final AsciiString REMAINING = AsciiString.cached("x-ratelimit-remaining");
  private static final AsciiString RESET = AsciiString.cached("x-ratelimit-reset");
  private static final String REASON = "local_rate_limited";
  private static final int RESOURCE_EXHAUSTED = 8;

  private final LocalRateLimit config;
  private final TokenBucket bucket;
  private final Decision allowed;
  private final Decision refused;

  /** Both null where all requests share the bucket. */
  private final @Nullable RequestDescriber describer;

  private final @Nullable DescriptorBuckets buckets;
  private final HeaderChanges changes;
  private final Verdict.Reply refusal;
  private final Counter enabled;
  private final Counter enforced;
  private final Counter ok;
  private final Counter limited;

  private LocalLimit(LocalRateLimit config, LocalRateLimit.Bucket bucket, FilterSite site) {
    this.config = config;
    long now = System.nanoTime();
    this.bucket = DescriptorBuckets.bucket(bucket, now);
    this.allowed = new Decision(true, this.bucket);
    this.refused = new Decision(false, this.bucket);
    RateLimitRules rules = config.rules();
    boolean described = !rules.rules().isEmpty() && !rules.descriptors().isEmpty();
    this.describer = described ? new RequestDescriber(rules.rules()) : null;
    this.buckets = described ? new DescriptorBuckets(rules, this.bucket, now) : null;
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
    return Chance.hits(config.enabled())
        ? answer(take(request, exchange), request, exchange)
        : null;
  }

  private Decision take(Http2Headers request, Exchange exchange) {
    long now = System.nanoTime();
    if (describer == null || buckets == null) {
      return bucket.take(now) ? allowed : refused;
    }
    return buckets.take(describer.describe(request, exchange), now);
  }

  private Verdict.@Nullable Reply answer(
      Decision decision, Http2Headers request, Exchange exchange) {
    enabled.increment();
    if (decision.allowed()) {
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

  /** The filter where answers tell the state of the bucket that counted, too. */
  private HttpFilter telling(FilterContext context) {
    Exchange exchange = context.exchange();
    return new HttpFilter() {
      private @Nullable TokenBucket told;

      @Override
      public Verdict onRequestHeaders(Http2Headers headers, boolean endStream) {
        if (!Chance.hits(config.enabled())) {
          return Verdict.CONTINUE;
        }
        Decision decision = take(headers, exchange);
        told = decision.bucket();
        Verdict.Reply reply = answer(decision, headers, exchange);
        return reply == null ? Verdict.CONTINUE : reply;
      }

      @Override
      public Verdict onResponseHeaders(Http2Headers headers, boolean endStream) {
        if (told != null) {
          long now = System.nanoTime();
          headers.set(LIMIT, Integer.toString(told.max()));
          headers.set(REMAINING, Integer.toString(told.left(now)));
          headers.set(RESET, Long.toString(told.secondsToNext(now)));
        }
        return Verdict.CONTINUE;
      }
    };
  }
}
