package dev.weft.proxy.otlp;

import dev.weft.proxy.config.RuntimeHolder;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.tracing.SpanData;
import dev.weft.proxy.tracing.SpanSink;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.SpanExport;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.internal.PlatformDependent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings spans to one collector, one message after the other. Spans that find the queue full, or
 * whose message the collector does not take, are lost; the log says how many, once a minute at
 * most. Spans come from every loop; messages go from one.
 */
final class SpanExporter implements SpanSink {
  private static final Logger log = LoggerFactory.getLogger(SpanExporter.class);

  /** Spans that wait at most. */
  static final int QUEUE = 2048;

  private static final int MOST_AT_ONCE = 512;
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final String GRPC_PATH =
      "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

  private final SpanExport export;
  private final String userAgent;
  private final Worker worker;
  private final RuntimeHolder runtimes;
  private final Forwarding route;
  private final OtlpMessages messages;
  private final Queue<SpanData> queue = PlatformDependent.newFixedMpscQueue(QUEUE);
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicBoolean woken = new AtomicBoolean();
  private final AtomicBoolean timed = new AtomicBoolean();
  private final LongAdder overflowed = new LongAdder();

  // Confined to the worker's loop.
  private final LossNotice losses = new LossNotice();
  private final List<CompletableFuture<Void>> flushes = new ArrayList<>();
  private String lastLoss = "";
  private boolean sending;

  SpanExporter(SpanExport export, String version, Worker worker, RuntimeHolder runtimes) {
    this.userAgent = "weft/" + version;
    this.export = export;
    this.worker = worker;
    this.runtimes = runtimes;
    Duration timeout = export.timeout().isZero() ? LONGEST : export.timeout();
    this.route = Forwarding.toCluster(export.cluster(), timeout.toNanos());
    this.messages = new OtlpMessages(export, version, System::getenv);
  }

  @Override
  public void offer(SpanData span) {
    if (!queue.offer(span)) {
      overflowed.increment();
      return;
    }
    if (waiting.incrementAndGet() >= export.batch()) {
      if (woken.compareAndSet(false, true)) {
        worker.loop().execute(this::wake);
      }
    } else if (timed.compareAndSet(false, true)) {
      worker.loop().schedule(this::onInterval, export.interval().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /** Sends what waits; done when nothing waits any more. */
  CompletableFuture<Void> flush() {
    CompletableFuture<Void> flushed = new CompletableFuture<>();
    worker
        .loop()
        .execute(
            () -> {
              flushes.add(flushed);
              send();
            });
    return flushed;
  }

  private void wake() {
    woken.set(false);
    send();
  }

  private void onInterval() {
    timed.set(false);
    send();
  }

  private void send() {
    if (sending) {
      return; // what waits follows
    }
    List<SpanData> spans = new ArrayList<>();
    while (spans.size() < MOST_AT_ONCE) {
      SpanData next = queue.poll();
      if (next == null) {
        break;
      }
      spans.add(next);
    }
    waiting.addAndGet(-spans.size());
    if (spans.isEmpty()) {
      flushes.forEach(flush -> flush.complete(null));
      flushes.clear();
      return;
    }
    sending = true;
    lost(overflowed.sumThenReset(), "they came faster than the collector took them");
    byte[] message = messages.of(spans).toByteArray();
    boolean grpc = export.protocol() instanceof SpanExport.Grpc;
    ByteBuf body = Unpooled.wrappedBuffer(message);
    if (grpc) {
      ByteBuf prefix = Unpooled.buffer(5).writeByte(0).writeInt(message.length);
      body = Unpooled.wrappedBuffer(prefix, body);
    }
    new CollectorCall(
            worker,
            runtimes,
            route,
            export.cluster(),
            head(body.readableBytes()),
            grpc,
            problem -> sent(spans.size(), problem))
        .send(body);
  }

  private void sent(int spans, @Nullable String problem) {
    sending = false;
    if (problem != null) {
      lost(spans, problem);
    }
    // Not from within the call that has just ended.
    if (waiting.get() >= export.batch() || !flushes.isEmpty()) {
      worker.loop().execute(this::send);
    } else if (waiting.get() > 0 && timed.compareAndSet(false, true)) {
      worker.loop().schedule(this::onInterval, export.interval().toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  private void lost(long spans, String why) {
    if (spans > 0) {
      lastLoss = why;
    }
    long told = losses.add(spans, System.nanoTime());
    if (told > 0) {
      log.warn("{} spans for the collector {} are lost: {}", told, export.cluster(), lastLoss);
    }
  }

  private Http2Headers head(int length) {
    Http2Headers head =
        new DefaultHttp2Headers(false)
            .method("POST")
            .scheme(tls() ? "https" : "http")
            .set("user-agent", userAgent);
    switch (export.protocol()) {
      case SpanExport.Grpc(String authority) ->
          head.authority(authority.isEmpty() ? export.cluster() : authority)
              .path(GRPC_PATH)
              .set("te", "trailers")
              .set("content-type", "application/grpc");
      case SpanExport.Http(String host, String path) ->
          head.authority(host)
              .path(path)
              .set("content-type", "application/x-protobuf")
              .set("content-length", Integer.toString(length));
    }
    for (SpanExport.Header header : export.headers()) {
      head.add(header.name(), header.value());
    }
    return head;
  }

  private boolean tls() {
    var active = runtimes.current().cluster(export.cluster());
    Cluster cluster = active == null ? null : active.config();
    return cluster != null && cluster.tls() != null;
  }
}
