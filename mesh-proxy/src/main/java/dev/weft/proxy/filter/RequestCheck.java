package dev.weft.proxy.filter;

import dev.weft.proxy.telemetry.Exchange;
import io.netty.handler.codec.http2.Http2Headers;
import org.jspecify.annotations.Nullable;

/**
 * A filter that decides at once by the head of a request and its connection, and keeps nothing of
 * it. Where such filters come first, a request passes them without any object made for them. Safe
 * for use from several event loops.
 */
public interface RequestCheck extends HttpFilterFactory {
  /** The answer to a request that does not pass; null if it does. */
  Verdict.@Nullable Reply check(Http2Headers request, Exchange exchange);

  /** The same for a place behind a filter that may hold requests. */
  @Override
  default HttpFilter create(FilterContext context) {
    Exchange exchange = context.exchange();
    return new HttpFilter() {
      @Override
      public Verdict onRequestHeaders(Http2Headers headers, boolean endStream) {
        Verdict.Reply refusal = check(headers, exchange);
        return refusal == null ? Verdict.CONTINUE : refusal;
      }
    };
  }
}
