package dev.weft.proxy.tcp;

import dev.weft.proxy.config.CompiledTcp;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.Tracing;
import io.netty.handler.codec.http2.Http2Headers;
import java.net.InetSocketAddress;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is noted of a relayed connection while it goes on. Confined to its loop. */
final class TcpRecord implements Exchange {
  /** What the line at its end is written for. */
  static final String END = "TcpConnectionEnd";

  private final CompiledTcp tcp;
  private final ConnectionInfo connection;
  private final long startMillis = System.currentTimeMillis();
  private final long startNanos = System.nanoTime();
  @Nullable String cluster;

  /** Its name in logs; null before it is looked up. */
  @Nullable String shownName;

  @Nullable InetSocketAddress endpoint;

  /** Which of its addresses the connection leads to; null while there is none. */
  @Nullable InetSocketAddress connected;

  /** The connection to it; null while there is none. */
  @Nullable ConnectionInfo upstream;

  /** The name of the endpoint; empty if it has none. */
  String endpointName = "";

  /** What the next line is written for. */
  String occasion = END;

  int flags;
  int attempts;
  long received;
  long sent;
  private long endNanos;
  private boolean over;

  TcpRecord(CompiledTcp tcp, ConnectionInfo connection) {
    this.tcp = tcp;
    this.connection = connection;
  }

  void flag(ResponseFlag flag) {
    flags |= flag.bit();
  }

  void end() {
    endNanos = System.nanoTime();
    over = true;
  }

  @Override
  public ConnectionInfo downstream() {
    return connection;
  }

  @Override
  public Map<String, ?> dynamicMetadata() {
    return connection.notes();
  }

  @Override
  public String listener() {
    return tcp.listener();
  }

  @Override
  public String statPrefix() {
    return tcp.proxy().statPrefix();
  }

  @Override
  public @Nullable String filterChain() {
    return tcp.chain();
  }

  @Override
  public @Nullable Http2Headers requestHeaders() {
    return null;
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
    return flags;
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
  public @Nullable String cluster() {
    return cluster;
  }

  @Override
  public @Nullable String shownCluster() {
    return shownName == null ? cluster : shownName;
  }

  @Override
  public @Nullable InetSocketAddress endpoint() {
    return endpoint;
  }

  @Override
  public @Nullable ConnectionInfo upstream() {
    return upstream;
  }

  @Override
  public String endpointName() {
    return endpointName;
  }

  @Override
  public String logType() {
    return occasion;
  }

  @Override
  public @Nullable InetSocketAddress connectedTo() {
    return connected;
  }

  @Override
  public int attempts() {
    return attempts;
  }

  @Override
  public long startMillis() {
    return startMillis;
  }

  @Override
  public long durationNanos() {
    return (over ? endNanos : System.nanoTime()) - startNanos;
  }

  @Override
  public long firstByteNanos() {
    return -1;
  }

  @Override
  public long requestCompleteNanos() {
    return -1;
  }

  @Override
  public long receivedBytes() {
    return received;
  }

  @Override
  public long sentBytes() {
    return sent;
  }

  @Override
  public Tracing.Span span() {
    return Tracing.Span.NONE;
  }
}
