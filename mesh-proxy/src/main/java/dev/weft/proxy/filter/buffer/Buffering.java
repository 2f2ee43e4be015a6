package dev.weft.proxy.filter.buffer;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.FilterSite;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.telemetry.Counter;
import dev.weft.xds.model.BufferFilter;
import dev.weft.xds.model.BufferRoute;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a request back until it is complete ({@code envoy.filters.http.buffer}); one that is longer
 * than it may be is 413.
 */
public final class Buffering implements HttpFilter {
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final Verdict.Reply TOO_LARGE =
      new Verdict.Reply(413, "Payload Too Large", "request_payload_too_large");
  private static final Verdict.Reply NO_ROOM =
      new Verdict.Reply(
          503, "envoy overloaded", "overload", ResponseFlag.OVERLOADED.bit(), -1, null);

  private final FilterContext context;
  private final int max;
  private final Counter tooLarge;
  private @Nullable Http2Headers head;
  private int bytes;

  private Buffering(FilterContext context, int max, Counter tooLarge) {
    this.context = context;
    this.max = max;
    this.tooLarge = tooLarge;
  }

  /** The filter that a configuration asks for; null where a route wants nothing kept back. */
  public static @Nullable HttpFilterFactory of(
      BufferFilter filter, @Nullable BufferRoute route, FilterSite site) {
    Integer max = route == null ? Integer.valueOf(filter.maxBytes()) : route.maxBytes();
    if (max == null) {
      return null;
    }
    Counter tooLarge = site.counter("downstream_rq_too_large");
    int limit = max;
    return context -> new Buffering(context, limit, tooLarge);
  }

  @Override
  public Verdict onRequestHeaders(Http2Headers headers, boolean endStream) {
    if (endStream) {
      return Verdict.CONTINUE;
    }
    head = headers;
    return Verdict.PAUSE;
  }

  @Override
  public void onRequestData(ByteBuf data, boolean endStream) {
    if (head == null) {
      return;
    }
    int more = data.readableBytes();
    if (more > max - bytes) {
      head = null;
      tooLarge.increment();
      context.reply(TOO_LARGE);
      return;
    }
    bytes += more;
    if (endStream) {
      complete();
    } else if (more > 0 && !context.grant(more)) {
      head = null;
      context.reply(NO_ROOM);
    }
  }

  @Override
  public void onRequestTrailers(Http2Headers trailers) {
    complete();
  }

  private void complete() {
    Http2Headers complete = head;
    if (complete != null) {
      head = null;
      if (bytes > 0 && !complete.contains(CONTENT_LENGTH)) {
        complete.set(CONTENT_LENGTH, Integer.toString(bytes));
      }
      context.resume();
    }
  }
}
