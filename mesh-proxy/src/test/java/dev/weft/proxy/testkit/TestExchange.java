package dev.weft.proxy.testkit;

import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.PassThroughTracing;
import dev.weft.proxy.telemetry.Tracing;
import dev.weft.proxy.tls.PeerIdentity;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/** An exchange that failed after two tries. */
public record TestExchange(Http2Headers requestHeaders, Http2Headers responseHeaders)
    implements Exchange {
  private static InetSocketAddress at(int last, int port) {
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last}), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public ConnectionInfo downstream() {
    return new ConnectionInfo(
        at(9, 15006),
        at(2, 40000),
        true,
        new PeerIdentity(
            List.of("spiffe://weft.local/ns/shop/sa/web"),
            List.of(),
            "CN=web",
            "00",
            List.of(),
            null),
        "http.cart.shop.weft.local",
        true);
  }

  @Override
  public String listener() {
    return "inbound";
  }

  @Override
  public String statPrefix() {
    return "inbound";
  }

  @Override
  public Http2Headers responseTrailers() {
    return null;
  }

  @Override
  public int status() {
    return Integer.parseInt(responseHeaders.status().toString());
  }

  @Override
  public int grpcStatus() {
    return -1;
  }

  @Override
  public int flags() {
    return ResponseFlag.RETRY_LIMIT_EXCEEDED.bit() | ResponseFlag.UPSTREAM_CONNECTION_FAILURE.bit();
  }

  @Override
  public String details() {
    return "upstream_reset_before_response_started";
  }

  @Override
  public CharSequence requestId() {
    return "abc";
  }

  @Override
  public String routeName() {
    return "all";
  }

  @Override
  public String virtualHost() {
    return "cart";
  }

  @Override
  public String cluster() {
    return "cart.shop/http";
  }

  @Override
  public InetSocketAddress endpoint() {
    return at(1, 8080);
  }

  @Override
  public ConnectionInfo upstream() {
    return null;
  }

  @Override
  public int attempts() {
    return 2;
  }

  @Override
  public long startMillis() {
    return 1_767_225_600_000L;
  }

  @Override
  public long durationNanos() {
    return 1_500_000_000L;
  }

  @Override
  public long firstByteNanos() {
    return -1;
  }

  @Override
  public long requestCompleteNanos() {
    return 1_000_000;
  }

  @Override
  public long receivedBytes() {
    return 0;
  }

  @Override
  public long sentBytes() {
    return 7;
  }

  @Override
  public Tracing.Span span() {
    return new PassThroughTracing().start(requestHeaders);
  }
}
