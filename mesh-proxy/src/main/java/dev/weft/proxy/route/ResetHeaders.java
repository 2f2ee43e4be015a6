package dev.weft.proxy.route;

import dev.weft.xds.model.RetryPolicy.RateLimitedBackoff;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Headers by which an endpoint says when to come back. */
final class ResetHeaders {
  /** Nothing that is said counts. */
  static final ResetHeaders NONE = new ResetHeaders(List.of(), 0);

  private record Header(AsciiString name, boolean timestamp) {}

  private final List<Header> headers;
  private final long maxMillis;

  private ResetHeaders(List<Header> headers, long maxMillis) {
    this.headers = headers;
    this.maxMillis = maxMillis;
  }

  static ResetHeaders compile(@Nullable RateLimitedBackoff backoff) {
    return backoff == null
        ? NONE
        : new ResetHeaders(
            backoff.resetHeaders().stream()
                .map(header -> new Header(AsciiString.of(header.name()), header.timestamp()))
                .toList(),
            backoff.max().toMillis());
  }

  /**
   * What the first header says that says something within the maximum; 0 if none does.
   *
   * @param epochMillis now
   */
  long nanos(Http2Headers response, long epochMillis) {
    for (int i = 0; i < headers.size(); i++) {
      Header header = headers.get(i);
      CharSequence value = response.get(header.name());
      long seconds = value == null ? -1 : seconds(value);
      if (seconds < 0 || seconds > Integer.MAX_VALUE * 1000L) {
        continue;
      }
      long millis = TimeUnit.SECONDS.toMillis(seconds) - (header.timestamp() ? epochMillis : 0);
      if (millis > 1 && millis <= maxMillis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
      }
    }
    return 0;
  }

  private static long seconds(CharSequence value) {
    try {
      return Long.parseLong(value, 0, value.length(), 10);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
