package dev.weft.proxy.http;

import dev.weft.proxy.cluster.ActiveCluster;
import dev.weft.proxy.config.CompiledHttp;
import dev.weft.proxy.config.Runtime;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.HttpFilterChain;
import dev.weft.proxy.forward.Attempt;
import dev.weft.proxy.route.CompiledRoute;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.route.RedirectTrail;
import dev.weft.proxy.route.WeightedTargets.Target;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.DynamicMetadata;
import dev.weft.proxy.stream.ForwardedFor;
import dev.weft.proxy.telemetry.Exchange;
import dev.weft.proxy.telemetry.Moment;
import dev.weft.proxy.telemetry.Tracing;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.MetadataKind;
import dev.weft.xds.model.MetadataValue;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What is noted of an exchange while it goes on. Confined to its loop. */
final class ExchangeRecord implements Exchange {
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");

  private final CompiledHttp http;
  private final Runtime runtime;
  private final ConnectionInfo connection;
  private final Http2Headers request;
  private final long startMillis = System.currentTimeMillis();
  final long startNanos;
  @Nullable CompiledRoute route;

  /** Its span; where managers say what is traced, the one that began with the route. */
  Tracing.Span span;

  /** What the client is told that its request is called; null for nothing. */
  @Nullable String operation;

  /** The filters that the request passes; null until it is known which. */
  @Nullable HttpFilterChain chain;

  /** The target that was chosen before the filters; null if that is left to the forwarder. */
  @Nullable Target target;

  /** Where endpoints have sent the request before; null if none has. */
  @Nullable RedirectTrail trail;

  @Nullable DynamicMetadata metadata;
  @Nullable String cluster;
  @Nullable String virtualCluster;
  @Nullable Attempt attempt;

  /** Where the last try would have gone, had there been room for it. */
  @Nullable InetSocketAddress fullEndpoint;

  @Nullable Http2Headers response;
  @Nullable Http2Headers trailers;
  @Nullable String details;
  String localReplyBody = "";
  int status;
  int flags;
  int attempts;

  /** When its time is over, as callers say, by {@link System#nanoTime}; 0 where nobody does. */
  long deadlineNanos;

  /** How long the answer may take to begin, as filters say; 0 for as long as the route does. */
  long answerNanos;

  /** Whether the answer says to proxies that nobody is to try again. */
  boolean refusesRetries;

  /** Whether the request's id says that it is traced. */
  boolean marked;

  boolean http10;

  /** Whether it only asks how the proxy is, as a filter found. */
  boolean healthCheck;

  /** Whether the request began anew elsewhere, and its client got no answer to this. */
  boolean sentOn;

  long received;
  long sent;
  long firstByteNanos = -1;
  long completeNanos = -1;
  long upstreamSentNanos = -1;
  long upstreamEndNanos = -1;
  long responseNanos = -1;
  long endNanos;
  boolean over;

  ExchangeRecord(
      CompiledHttp http,
      Runtime runtime,
      ConnectionInfo connection,
      Http2Headers request,
      Tracing.Span span,
      long startNanos) {
    this.http = http;
    this.runtime = runtime;
    this.connection = connection;
    this.request = request;
    this.span = span;
    this.startNanos = startNanos;
  }

  void flag(ResponseFlag flag) {
    flags |= flag.bit();
  }

  HttpConnectionManager manager() {
    return http.manager();
  }

  /** Bytes of the request's body that may be kept for another try. */
  int bufferLimit() {
    return http.bufferLimit();
  }

  @Override
  public ConnectionInfo downstream() {
    return connection;
  }

  @Override
  public boolean http10() {
    return http10;
  }

  @Override
  public String listener() {
    return http.listener();
  }

  @Override
  public String statPrefix() {
    return http.manager().statPrefix();
  }

  @Override
  public Http2Headers requestHeaders() {
    return request;
  }

  @Override
  public @Nullable Http2Headers responseHeaders() {
    return response;
  }

  @Override
  public @Nullable Http2Headers responseTrailers() {
    return trailers;
  }

  @Override
  public int status() {
    return status;
  }

  @Override
  public int grpcStatus() {
    CharSequence code = trailers == null ? null : trailers.get(GRPC_STATUS);
    if (code == null && response != null) {
      code = response.get(GRPC_STATUS);
    }
    if (code == null || code.length() == 0 || code.length() > 3) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < code.length(); i++) {
      char digit = code.charAt(i);
      if (digit < '0' || digit > '9') {
        return -1;
      }
      value = value * 10 + digit - '0';
    }
    return value;
  }

  @Override
  public int flags() {
    return flags;
  }

  @Override
  public @Nullable String details() {
    return details;
  }

  @Override
  public @Nullable CharSequence requestId() {
    return ClientHeaders.requestId(request);
  }

  @Override
  public @Nullable String routeName() {
    return route == null || route.name().isEmpty() ? null : route.name();
  }

  @Override
  public @Nullable String virtualHost() {
    return route == null ? null : route.virtualHost();
  }

  @Override
  public @Nullable String virtualCluster() {
    return virtualCluster;
  }

  /** An endpoint's answer sends the request elsewhere; the client does not get it. */
  void redirected(int by, Http2Headers answer, Http2Headers to, long now) {
    status = by;
    response = answer;
    details = "internal_redirect";
    sentOn = true;
    firstByteNanos = now - startNanos;
    request.clear();
    request.add(to); // as Envoy's log has it
  }

  /**
   * The request is answered before it got to the cluster that its route names: logs have it all the
   * same, if it exists.
   *
   * @param random draws one of several
   */
  void noteCluster(Runtime runtime, RandomGenerator random) {
    CompiledRoute matched = route;
    if (cluster == null && matched != null && matched.action() instanceof Forwarding forwarding) {
      Target chosen =
          target == null ? forwarding.targets().choose(request, random.nextLong()) : target;
      cluster = runtime.cluster(chosen.cluster()) == null ? null : chosen.cluster();
    }
  }

  @Override
  public @Nullable String cluster() {
    return cluster;
  }

  @Override
  public @Nullable String shownCluster() {
    ActiveCluster chosen = cluster == null ? null : runtime.cluster(cluster);
    return chosen == null ? cluster : chosen.config().shownName();
  }

  @Override
  public @Nullable InetSocketAddress endpoint() {
    return attempt == null ? fullEndpoint : attempt.address();
  }

  @Override
  public @Nullable ConnectionInfo upstream() {
    return attempt == null ? null : attempt.connection();
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
    return firstByteNanos;
  }

  @Override
  public long requestCompleteNanos() {
    return completeNanos;
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
  public long nanosAt(Moment moment) {
    return switch (moment) {
      case DS_RX_BEG -> 0;
      case DS_RX_END -> completeNanos;
      case US_TX_BEG -> attempt == null ? -1 : attempt.openedAfter(startNanos);
      case US_TX_END -> upstreamSentAfter();
      case US_RX_BEG -> firstByteNanos;
      case US_RX_END -> upstreamEndNanos;
      case DS_TX_BEG -> responseNanos;
      case DS_TX_END -> over ? endNanos - startNanos : -1;
    };
  }

  /** A request without a body is sent with its head. */
  private long upstreamSentAfter() {
    return received == 0 && completeNanos >= 0 && attempt != null
        ? attempt.openedAfter(startNanos)
        : upstreamSentNanos;
  }

  @Override
  public InetSocketAddress client() {
    InetAddress forwarded = ForwardedFor.client(request, http.manager());
    return forwarded == null ? connection.remote() : new InetSocketAddress(forwarded, 0);
  }

  @Override
  public @Nullable String filterChain() {
    return http.chain();
  }

  /** Lines are written of what is over; headers and answers are made before. */
  @Override
  public String logType() {
    return over ? "DownstreamEnd" : "NotSet";
  }

  @Override
  public @Nullable String endpointName() {
    return attempt == null ? null : attempt.endpointName();
  }

  @Override
  public boolean healthCheck() {
    return healthCheck;
  }

  @Override
  public String localReplyBody() {
    return localReplyBody;
  }

  /** It is over, now. */
  void end() {
    endNanos = System.nanoTime();
    over = true;
  }

  @Override
  public Map<String, ?> dynamicMetadata() {
    return metadata == null ? Map.of() : metadata.namespaces();
  }

  @Override
  public Map<String, Map<String, MetadataValue>> written(MetadataKind kind) {
    return switch (kind) {
      case REQUEST -> Map.of();
      case ROUTE -> route == null ? Map.of() : route.metadata();
      case CLUSTER -> {
        ActiveCluster chosen = cluster == null ? null : runtime.cluster(cluster);
        yield chosen == null ? Map.of() : chosen.config().metadata();
      }
      case HOST -> attempt == null ? Map.of() : attempt.endpointMetadata();
    };
  }

  @Override
  public Tracing.Span span() {
    return span;
  }

  @Override
  public boolean traced() {
    return marked || span.sampled();
  }
}
