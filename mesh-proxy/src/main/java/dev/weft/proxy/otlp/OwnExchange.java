package dev.weft.proxy.otlp;

import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.Tracing;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A request that the proxy makes itself: no client has a part in it. */
final class OwnExchange implements Exchange {
  private static final InetSocketAddress NOBODY =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final ConnectionInfo NO_CONNECTION =
      new ConnectionInfo(NOBODY, NOBODY, false, null, null, false);

  private final String cluster;
  private final Http2Headers request;
  private final long startMillis = System.currentTimeMillis();
  private final long startNanos = System.nanoTime();

  OwnExchange(String cluster, Http2Headers request) {
    this.cluster = cluster;
    this.request = request;
  }

  @Override
  public ConnectionInfo downstream() {
    return NO_CONNECTION;
  }

  @Override
  public String listener() {
    return "";
  }

  @Override
  public String statPrefix() {
    return "";
  }

  @Override
  public Http2Headers requestHeaders() {
    return request;
  }

  @Override
  public @Nullable Http2Headers responseHeaders() {
    return null;
  }

  @Override
  public @Nullable Http2Headers responseTrailers() {
    return null;
  }

  @Override
  public int status() {
    return 0;
  }

  @Override
  public int grpcStatus() {
    return -1;
  }

  @Override
  public int flags() {
    return 0;
  }

  @Override
  public @Nullable String details() {
    return null;
  }

  @Override
  public @Nullable CharSequence requestId() {
    return null;
  }

  @Override
  public @Nullable String routeName() {
    return null;
  }

  @Override
  public @Nullable String virtualHost() {
    return null;
  }

  @Override
  public String cluster() {
    return cluster;
  }

  @Override
  public @Nullable InetSocketAddress endpoint() {
    return null;
  }

  @Override
  public @Nullable ConnectionInfo upstream() {
    return null;
  }

  @Override
  public int attempts() {
    return 1;
  }

  @Override
  public long startMillis() {
    return startMillis;
  }

  @Override
  public long durationNanos() {
    return System.nanoTime() - startNanos;
  }

  @Override
  public long firstByteNanos() {
    return -1;
  }

  @Override
  public long requestCompleteNanos() {
    return 0;
  }

  @Override
  public long receivedBytes() {
    return 0;
  }

  @Override
  public long sentBytes() {
    return 0;
  }

  @Override
  public Tracing.Span span() {
    return Tracing.Span.NONE;
  }
}
