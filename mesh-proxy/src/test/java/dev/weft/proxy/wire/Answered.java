package dev.weft.proxy.wire;

import dev.weft.proxy.stream.ResetReason;
import dev.weft.proxy.stream.ResponseReceiver;
import dev.weft.proxy.stream.UpstreamStream;
import dev.weft.proxy.upstream.ConnectFailure;
import dev.weft.proxy.upstream.StreamOpening;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Headers;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** What became of one stream, as lines; credit is given back at once unless told otherwise. */
public final class Answered implements ResponseReceiver, StreamOpening {
  public final Queue<String> events = new ConcurrentLinkedQueue<>();
  public volatile UpstreamStream stream;
  public volatile ConnectFailure failure;
  public volatile boolean holdCredit;
  public volatile int received;

  @Override
  public void onOpen(UpstreamStream opened) {
    stream = opened;
    events.add("open");
  }

  @Override
  public void onFailure(ConnectFailure failed) {
    failure = failed;
    events.add("failed " + failed.kind());
  }

  @Override
  public void onHeaders(Http2Headers headers, boolean endStream) {
    events.add("head " + headers.status() + (endStream ? " end" : ""));
  }

  @Override
  public void onData(ByteBuf data, boolean endStream) {
    int bytes = data.readableBytes();
    received += bytes;
    if (bytes > 0 && bytes < 100) {
      events.add("data " + data.toString(StandardCharsets.US_ASCII));
    }
    data.release();
    if (!holdCredit) {
      stream.consumed(bytes);
    }
    if (endStream) {
      events.add("end");
    }
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    StringBuilder line = new StringBuilder("trailers");
    trailers.forEach(t -> line.append(' ').append(t.getKey()).append('=').append(t.getValue()));
    events.add(line.toString());
  }

  @Override
  public void onReset(ResetReason reason) {
    events.add("reset " + reason);
  }

  @Override
  public void onDrained(int bytes) {
    events.add("drained " + bytes);
  }
}
