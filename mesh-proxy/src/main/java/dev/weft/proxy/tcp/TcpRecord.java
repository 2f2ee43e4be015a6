package dev.weft.proxy.tcp;

import dev.weft.proxy.cluster.ActiveEndpoint;
import dev.weft.proxy.config.CompiledTcp;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.Tracing;
import dev.weft.xds.model.Cluster;
import dev.weft.xds.model.MetadataKind;
import dev.weft.xds.model.MetadataValue;
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

  /** What its name stands for; null before it is looked up. */
  @Nullable Cluster routed;

  /** Where the last attempt to connect led; null if there was none. */
  @Nullable ActiveEndpoint picked;

  /** Which of its addresses the connection leads to; null while there is none. */
  @Nullable InetSocketAddress connected;

  /** The connection to it; null while there is none. */
  @Nullable ConnectionInfo upstream;

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
  public Map<String, Map<String, MetadataValue>> written(MetadataKind kind) {
    return switch (kind) {
      case REQUEST, ROUTE -> Map.of();
      case CLUSTER -> routed == null ? Map.of() : routed.metadata();
      case HOST -> picked == null ? Map.of() : picked.written();
    };
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
    return routed == null ? cluster : routed.shownName();
  }

  @Override
  public @Nullable InetSocketAddress endpoint() {
    return picked == null ? null : picked.address();
  }

  @Override
  public @Nullable ConnectionInfo upstream() {
    return upstream;
  }

  @Override
  public String endpointName() {
    return picked == null ? "" : picked.hostname();
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
