package dev.weft.proxy.filter;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.DynamicMetadata;
import dev.weft.proxy.telemetry.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The filters of one exchange. Made only where there are filters: without any, requests go straight
 * to their route. Confined to its loop.
 */
public final class FilterPipeline {
  private final HttpFilter[] filters;
  private final FilterChannel request;
  private final FilterChannel response;
  private boolean closed;

  /**
   * @param upstream takes requests that passed all filters
   * @param downstream takes responses that did
   */
  public FilterPipeline(
      List<HttpFilterFactory> factories,
      FilterHost host,
      MessageSink upstream,
      MessageSink downstream) {
    int n = factories.size();
    filters = new HttpFilter[n];
    for (int i = 0; i < n; i++) {
      filters[i] = factories.get(i).create(new Context(i, host));
    }
    FilterChannel.Stage[] requestStages = new FilterChannel.Stage[n];
    FilterChannel.Stage[] responseStages = new FilterChannel.Stage[n];
    for (int i = 0; i < n; i++) {
      requestStages[i] = new RequestStage(filters[i]);
      responseStages[n - 1 - i] = new ResponseStage(filters[i]);
    }
    request = new FilterChannel(requestStages, upstream, host);
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

  /** Whether a response has entered. */
  public boolean responding() {
    return response.begun();
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
    private final FilterHost host;

    Context(int index, FilterHost host) {
      this.index = index;
      this.host = host;
    }

    @Override
    public Exchange exchange() {
      return host.exchange();
    }

    @Override
    public EventLoop loop() {
      return host.loop();
    }

    @Override
    public boolean grant(int bytes) {
      return host.grant(bytes);
    }

    @Override
    public boolean routed() {
      return host.routed();
    }

    @Override
    public @Nullable String cluster() {
      return host.cluster();
    }

    @Override
    public @Nullable ActiveCluster cluster(String name) {
      return host.cluster(name);
    }

    @Override
    public void flag(ResponseFlag flag) {
      host.flag(flag);
    }

    @Override
    public void markHealthCheck() {
      host.markHealthCheck();
    }

    @Override
    public DynamicMetadata metadata() {
      return host.metadata();
    }

    @Override
    public void answerWithin(long nanos) {
      host.answerWithin(nanos);
    }

    @Override
    public void divert(String cluster) {
      host.divert(cluster);
    }

    @Override
    public void end(Verdict.Reply reply) {
      if (!closed) {
        host.end(reply);
      }
    }

    @Override
    public void endConnection() {
      if (!closed) {
        host.endConnection();
      }
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
        host.reply(reply);
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
