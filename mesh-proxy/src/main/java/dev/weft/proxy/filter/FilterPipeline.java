package dev.weft.proxy.filter;

import dev.weft.proxy.stream.ConnectionInfo;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;

/**
 * The filters of one exchange. Made only where there are filters: without any, requests go straight
 * to their route. Confined to its loop.
 */
public final class FilterPipeline {
  /** Takes the answer of a filter that replies. */
  @FunctionalInterface
  public interface Replies {
    /** Answers the client; the exchange then closes the pipeline. */
    void reply(Verdict.Reply reply);
  }

  private final HttpFilter[] filters;
  private final FilterChannel request;
  private final FilterChannel response;
  private boolean closed;

  /**
   * @param upstream takes requests that passed all filters
   * @param downstream takes responses that did
   * @param replies takes the answer of a filter instead
   */
  public FilterPipeline(
      List<HttpFilterFactory> factories,
      ConnectionInfo connection,
      EventLoop loop,
      MessageSink upstream,
      MessageSink downstream,
      Replies replies) {
    int n = factories.size();
    filters = new HttpFilter[n];
    for (int i = 0; i < n; i++) {
      filters[i] = factories.get(i).create(new Context(i, connection, loop, replies));
    }
    FilterChannel.Stage[] requestStages = new FilterChannel.Stage[n];
    FilterChannel.Stage[] responseStages = new FilterChannel.Stage[n];
    for (int i = 0; i < n; i++) {
      requestStages[i] = new RequestStage(filters[i]);
      responseStages[n - 1 - i] = new ResponseStage(filters[i]);
    }
    request = new FilterChannel(requestStages, upstream, replies);
    response = new FilterChannel(responseStages, downstream, null);
  }

  /** Where requests enter. */
  public MessageSink request() {
    return request;
  }

  /** Where responses enter. */
  public MessageSink response() {
    return response;
  }

  /** The exchange is over: lets go of what is held and tells the filters, once. */
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    request.close();
    response.close();
    for (HttpFilter filter : filters) {
      filter.onComplete();
    }
  }

  private final class Context implements FilterContext {
    private final int index;
    private final ConnectionInfo connection;
    private final EventLoop loop;
    private final Replies replies;

    Context(int index, ConnectionInfo connection, EventLoop loop, Replies replies) {
      this.index = index;
      this.connection = connection;
      this.loop = loop;
      this.replies = replies;
    }

    @Override
    public ConnectionInfo connection() {
      return connection;
    }

    @Override
    public EventLoop loop() {
      return loop;
    }

    @Override
    public void resume() {
      if (!request.resume(index)) {
        response.resume(filters.length - 1 - index);
      }
    }

    @Override
    public void reply(Verdict.Reply reply) {
      if (request.pausedAt(index)) {
        replies.reply(reply);
      }
    }
  }

  private record RequestStage(HttpFilter filter) implements FilterChannel.Stage {
    @Override
    public Verdict headers(Http2Headers headers, boolean endStream) {
      return filter.onRequestHeaders(headers, endStream);
    }

    @Override
    public void data(ByteBuf data, boolean endStream) {
      filter.onRequestData(data, endStream);
    }

    @Override
    public void trailers(Http2Headers trailers) {
      filter.onRequestTrailers(trailers);
    }
  }

  private record ResponseStage(HttpFilter filter) implements FilterChannel.Stage {
    @Override
    public Verdict headers(Http2Headers headers, boolean endStream) {
      return filter.onResponseHeaders(headers, endStream);
    }

    @Override
    public void data(ByteBuf data, boolean endStream) {
      filter.onResponseData(data, endStream);
    }

    @Override
    public void trailers(Http2Headers trailers) {
      filter.onResponseTrailers(trailers);
    }
  }
}
