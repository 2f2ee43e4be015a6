package dev.weft.proxy.http;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.FilterHost;
import dev.weft.proxy.filter.FilterPipeline;
import dev.weft.proxy.filter.HttpFilterFactory;
import dev.weft.proxy.filter.MessageSink;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.route.WeightedTargets.Target;
import dev.weft.proxy.stream.DynamicMetadata;
import dev.weft.proxy.telemetry.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The filters of one exchange, and what they may do to it; requests leave them here. Made only
 * where there are filters. Confined to its loop.
 */
final class ExchangeFilters implements FilterHost, MessageSink {
  private final HttpExchange exchange;
  private final HttpConnection owner;
  private final ExchangeRecord record;
  private final FilterPipeline pipeline;

  /** Bytes that wait in the filters and that the loop's budget knows of. */
  private int granted;

  /**
   * @param downstream takes responses that passed all filters
   */
  ExchangeFilters(
      HttpExchange exchange,
      HttpConnection owner,
      ExchangeRecord record,
      List<HttpFilterFactory> factories,
      MessageSink downstream) {
    this.exchange = exchange;
    this.owner = owner;
    this.record = record;
    this.pipeline = new FilterPipeline(factories, this, this, downstream);
  }

  FilterPipeline pipeline() {
    return pipeline;
  }

  /** The exchange is over. */
  void close() {
    pipeline.close();
    settle();
  }

  private void settle() {
    if (granted > 0) {
      owner.worker().kept().give(granted);
      granted = 0;
    }
  }

  @Override
  public void onHeaders(Http2Headers headers, boolean endStream) {
    settle(); // what waited is the forwarder's from here
    exchange.act(headers, endStream);
  }

  @Override
  public void onData(ByteBuf data, boolean endStream) {
    exchange.forwardData(data, endStream);
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    exchange.forwardTrailers(trailers);
  }

  @Override
  public void reply(Verdict.Reply reply) {
    exchange.filterReply(reply);
  }

  @Override
  public void reply(Verdict.Stored stored) {
    exchange.filterReply(stored);
  }

  @Override
  public void answerWithin(long nanos) {
    record.answerNanos = nanos;
  }

  @Override
  public void divert(String cluster) {
    Target chosen = record.target;
    if (chosen != null) {
      record.target = chosen.of(cluster);
    }
  }

  @Override
  public void end(Verdict.Reply reply) {
    exchange.filterEnd(reply);
  }

  @Override
  public void endConnection() {
    owner.askToLeave();
  }

  @Override
  public boolean grant(int bytes) {
    if (!owner.worker().kept().take(bytes)) {
      return false;
    }
    granted += bytes;
    exchange.grant(bytes);
    return true;
  }

  @Override
  public Exchange exchange() {
    return record;
  }

  @Override
  public EventLoop loop() {
    return owner.worker().loop();
  }

  @Override
  public boolean routed() {
    return record.route != null;
  }

  @Override
  public @Nullable String cluster() {
    Target target = record.target;
    return target == null ? null : target.cluster();
  }

  @Override
  public @Nullable ActiveCluster cluster(String name) {
    return owner.runtimes().current().cluster(name);
  }

  @Override
  public void flag(ResponseFlag flag) {
    record.flag(flag);
  }

  @Override
  public void markHealthCheck() {
    record.healthCheck = true;
  }

  @Override
  public DynamicMetadata metadata() {
    DynamicMetadata noted = record.metadata;
    if (noted == null) {
      noted = new DynamicMetadata();
      record.metadata = noted;
    }
    return noted;
  }
}
