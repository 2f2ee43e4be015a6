package dev.weft.proxy.format;

import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.match.HeaderMatcher;
import dev.weft.xds.match.MetadataMatcher;
import dev.weft.xds.match.RequestView;
import dev.weft.xds.model.Fraction;
import dev.weft.xds.model.LogFilter;
import dev.weft.xds.model.LogFilter.Limit;
import dev.weft.xds.model.MetadataMatch;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Conditions on exchanges, compiled: what gets a line in a log, which answers are changed. */
public final class ExchangeConditions {
  private static final int NANOS_PER_MILLI = 1_000_000;
  private static final int HEX_DIGITS = 8;

  private ExchangeConditions() {}

  /** What passes a filter. */
  public static Predicate<Exchange> compile(LogFilter filter) {
    return switch (filter) {
      case LogFilter.StatusCode(Limit limit) -> exchange -> holds(limit, exchange.status());
      case LogFilter.Duration(Limit limit) ->
          exchange -> holds(limit, exchange.durationNanos() / NANOS_PER_MILLI);
      case LogFilter.NotHealthCheck() -> exchange -> !exchange.healthCheck();
      case LogFilter.Traceable() -> Exchange::traced;
      case LogFilter.Sample sample -> sample(sample.fraction(), sample.independent());
      case LogFilter.And(List<LogFilter> filters) -> {
        List<Predicate<Exchange>> all = filters.stream().map(ExchangeConditions::compile).toList();
        yield exchange -> all.stream().allMatch(one -> one.test(exchange));
      }
      case LogFilter.Or(List<LogFilter> filters) -> {
        List<Predicate<Exchange>> all = filters.stream().map(ExchangeConditions::compile).toList();
        yield exchange -> all.stream().anyMatch(one -> one.test(exchange));
      }
      case LogFilter.Header header -> {
        Predicate<RequestView> match = HeaderMatcher.compile(header.match());
        yield exchange ->
            exchange.requestHeaders() != null
                && match.test(RequestHeadView.of(exchange.requestHeaders()));
      }
      case LogFilter.ResponseFlags(Set<String> flags) -> {
        int wanted = flags.isEmpty() ? -1 : bits(flags);
        yield exchange -> (exchange.flags() & wanted) != 0;
      }
      case LogFilter.GrpcStatus(Set<Integer> statuses, boolean exclude) ->
          exchange -> statuses.contains(grpcStatus(exchange)) != exclude;
      case LogFilter.Metadata metadata -> metadata(metadata.match(), metadata.ifMissing());
      case LogFilter.LogType(Set<String> types, boolean exclude) ->
          exchange -> types.contains(exchange.logType()) != exclude;
    };
  }

  private static Predicate<Exchange> metadata(@Nullable MetadataMatch match, boolean ifMissing) {
    if (match == null) {
      return exchange -> ifMissing;
    }
    MetadataMatcher matcher = MetadataMatcher.compile(match);
    return exchange -> {
      Object noted = matcher.value(exchange.dynamicMetadata());
      return noted == null ? ifMissing : matcher.fits(noted);
    };
  }

  private static boolean holds(Limit limit, long value) {
    return switch (limit.comparison()) {
      case EQ -> value == limit.value();
      case GE -> value >= limit.value();
      case LE -> value <= limit.value();
    };
  }

  /** Flags that Weft never sets are in no set. */
  private static int bits(Set<String> flags) {
    int bits = 0;
    for (ResponseFlag flag : ResponseFlag.values()) {
      if (flags.contains(flag.code())) {
        bits |= flag.bit();
      }
    }
    return bits;
  }

  private static int grpcStatus(Exchange exchange) {
    int status = exchange.grpcStatus();
    return status >= 0 ? status : GrpcStatus.ofHttp(exchange.status());
  }

  private static Predicate<Exchange> sample(Fraction fraction, boolean independent) {
    return exchange -> {
      long drawn = independent ? -1 : ofId(exchange.requestId());
      if (drawn < 0) {
        drawn = ThreadLocalRandom.current().nextLong(fraction.denominator());
      }
      return drawn % fraction.denominator() < fraction.numerator();
    };
  }

  /** What the first digits of a UUID stand for; -1 if it is none. */
  private static long ofId(@Nullable CharSequence id) {
    if (id == null || id.length() < HEX_DIGITS) {
      return -1;
    }
    long value = 0;
    for (int i = 0; i < HEX_DIGITS; i++) {
      int digit = Character.digit(id.charAt(i), 16);
      if (digit < 0) {
        return -1;
      }
      value = value * 16 + digit;
    }
    return value;
  }
}
