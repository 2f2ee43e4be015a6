package dev.weft.proxy.tracing;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.Tracing;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The span of a copy for a mirror that is recorded. Confined to its loop. */
final class MirrorSpan implements Tracing.Copy {
  private final SpanPlan plan;
  private final TraceContext own;
  private final long parent;
  private final long startNanos;
  private final long began = System.nanoTime();
  private @Nullable InetSocketAddress endpoint;
  private @Nullable String cluster;
  private @Nullable String shownName;
  private int flags;
  private int status;

  private MirrorSpan(SpanPlan plan, TraceContext own, long parent, long startNanos) {
    this.plan = plan;
    this.own = own;
    this.parent = parent;
    this.startNanos = startNanos;
  }

  /**
   * Begins one.
   *
   * @param own tells whether it is recorded
   * @param parent the id of the request's span
   */
  static Tracing.Copy begin(SpanPlan plan, TraceContext own, long parent, Exchange original) {
    return own.sampled()
        ? new MirrorSpan(
            plan,
            own,
            parent,
            original.startMillis() * RecordedSpan.NANOS_PER_MILLI + original.durationNanos())
        : own::write;
  }

  @Override
  public void inject(Http2Headers upstreamRequest) {
    own.write(upstreamRequest);
  }

  @Override
  public void leadsTo(InetSocketAddress address, String name, String shown) {
    endpoint = address;
    cluster = name;
    shownName = shown;
  }

  @Override
  public void answered(Http2Headers head) {
    status = TrySpan.status(head);
  }

  @Override
  public void failed(int with, int standsFor) {
    flags = with;
    status = status == 0 ? standsFor : status;
  }

  @Override
  public void end() {
    SpanAttributes attributes = new SpanAttributes(true);
    attributes.set("http.protocol", "HTTP/1.1"); // as Envoy has it of all copies
    if (endpoint != null) {
      String address = TrySpan.address(endpoint);
      attributes.set("upstream_address", address);
      attributes.set("peer.address", address);
    }
    attributes.set("component", "proxy");
    attributes.set("upstream_cluster", cluster);
    attributes.set("upstream_cluster.name", shownName);
    attributes.set("http.status_code", Integer.toString(status));
    attributes.set("response_flags", ResponseFlag.format(flags));
    if (TrySpan.isError(status)) {
      attributes.set("error", "true");
    }
    plan.sink()
        .offer(
            new SpanData(
                own.high(),
                own.low(),
                own.span(),
                parent,
                false,
                own.state(),
                "mirror",
                true,
                startNanos,
                startNanos + (System.nanoTime() - began),
                attributes.values(),
                List.of(),
                attributes.failed()));
  }
}
