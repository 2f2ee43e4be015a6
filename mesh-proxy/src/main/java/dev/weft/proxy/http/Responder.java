package dev.weft.proxy.http;

import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.FilterPipeline;
import dev.weft.proxy.filter.MessageSink;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.forward.Attempt;
import dev.weft.proxy.forward.Caller;
import dev.weft.proxy.forward.RequestHead;
import dev.weft.proxy.forward.RetryMarks;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.route.CompiledRoute;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.route.RedirectPlan;
import dev.weft.proxy.stream.DownstreamStream;
import dev.weft.proxy.telemetry.Exchange;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The response half of an exchange: takes what the forwarder brings, or an answer of the proxy
 * itself, and sends it to the client. Confined to its loop.
 */
final class Responder implements Caller {
  private static final AsciiString HEAD = AsciiString.cached("HEAD");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString SET_COOKIE = AsciiString.cached("set-cookie");
  private static final byte[] NOTHING = {};

  private final HttpExchange exchange;
  private final DownstreamStream stream;
  private final ExchangeRecord record;
  private final Worker worker;
  private final Admission admission;
  private final boolean grpc;
  private final boolean toHead;
  private final @Nullable GrpcAnswer grpcAnswer;
  private final MessageSink afterFilters = sink();
  private HeaderChanges targetChanges = HeaderChanges.NONE;

  /** Cookies that come with an answer of an endpoint. */
  private List<String> cookies = List.of();

  /** What logs say of an endpoint's answer. */
  private String details = "via_upstream";

  private @Nullable FilterPipeline filters;
  private boolean started;
  private boolean ended;
  private boolean closed;

  /**
   * @param request as the client sent it
   */
  Responder(
      HttpExchange exchange,
      DownstreamStream stream,
      ExchangeRecord record,
      Worker worker,
      Admission admission,
      Http2Headers request) {
    this.exchange = exchange;
    this.stream = stream;
    this.record = record;
    this.worker = worker;
    this.admission = admission;
    this.grpc = GrpcStatus.isGrpc(request);
    CharSequence method = request.method();
    this.toHead = method != null && HEAD.contentEquals(method);
    this.grpcAnswer = grpc ? new GrpcAnswer(new BeforeFilters(), exchange::responseGone) : null;
  }

  void filters(FilterPipeline pipeline) {
    filters = pipeline;
  }

  /** Whether the client has been sent the head. */
  boolean started() {
    return started;
  }

  /** Whether the client has been sent all of a response from an endpoint. */
  boolean ended() {
    return ended;
  }

  /** No more of a response whose head has gone will come: it ends here if it may. */
  void onCut() {
    if (grpcAnswer != null && !ended) {
      grpcAnswer.onCut();
    }
  }

  /** An answer of gRPC whose head has gone ends with this status; nothing happens to others. */
  void end(LocalReply with) {
    if (grpcAnswer != null && !ended) {
      grpcAnswer.end(with.grpcStatus(), with.body());
    }
  }

  /** The exchange is over: what still comes is dropped. */
  void close() {
    closed = true;
  }

  @Override
  public void onInterim(Http2Headers headers) {
    // Past the filters: what they know of is one head for each message.
    if (!started && !closed) {
      exchange.touch();
      headers.remove(CONTENT_LENGTH); // of a body that cannot follow (RFC 9110, section 8.6)
      stream.sendHeaders(headers, false);
    }
  }

  @Override
  public @Nullable CharSequence clientAddress() {
    return ClientAddress.of(record.requestHeaders(), record.downstream(), record.manager());
  }

  @Override
  public String cookieValue() {
    return HashCookies.value(record.downstream());
  }

  @Override
  public void setCookie(String cookie) {
    cookies = cookies.isEmpty() ? new ArrayList<>(1) : cookies;
    cookies.add(cookie);
  }

  @Override
  public void onWebSocketDeclined() {
    details = "websocket_handshake_unsuccessful";
  }

  @Override
  public void onHeaders(Http2Headers headers, boolean endStream) {
    for (int i = 0; i < cookies.size(); i++) {
      headers.add(SET_COOKIE, cookies.get(i));
    }
    record.firstByteNanos = exchange.touch() - record.startNanos;
    if (endStream) {
      record.upstreamEndNanos = record.firstByteNanos;
    }
    record.details = details;
    if (grpcAnswer == null) {
      enter(headers, endStream);
    } else {
      grpcAnswer.onHeaders(headers, endStream);
    }
  }

  @Override
  public void onData(ByteBuf data, boolean endStream) {
    long now = exchange.touch();
    if (endStream) {
      record.upstreamEndNanos = now - record.startNanos;
    }
    if (grpcAnswer == null) {
      enter(data, endStream);
    } else {
      grpcAnswer.onData(data, endStream);
    }
  }

  @Override
  public void onTrailers(Http2Headers trailers) {
    record.upstreamEndNanos = exchange.touch() - record.startNanos;
    if (grpcAnswer == null) {
      enter(trailers);
    } else {
      grpcAnswer.onTrailers(trailers);
    }
  }

  private void enter(Http2Headers headers, boolean endStream) {
    change(headers, LocalReply.status(headers));
    if (filters == null) {
      send(headers, endStream);
    } else {
      filters.response().onHeaders(headers, endStream);
    }
  }

  private void enter(ByteBuf data, boolean endStream) {
    if (filters == null) {
      send(data, endStream);
    } else {
      filters.response().onData(data, endStream);
    }
  }

  private void enter(Http2Headers trailers) {
    if (filters == null) {
      send(trailers);
    } else {
      filters.response().onTrailers(trailers);
    }
  }

  /** Where answers to gRPC requests enter the filters. */
  private final class BeforeFilters implements MessageSink {
    @Override
    public void onHeaders(Http2Headers headers, boolean endStream) {
      enter(headers, endStream);
    }

    @Override
    public void onData(ByteBuf data, boolean endStream) {
      enter(data, endStream);
    }

    @Override
    public void onTrailers(Http2Headers trailers) {
      enter(trailers);
    }
  }

  /** Where responses leave the filters. */
  MessageSink afterFilters() {
    return afterFilters;
  }

  private MessageSink sink() {
    return new MessageSink() {
      @Override
      public void onHeaders(Http2Headers headers, boolean endStream) {
        send(headers, endStream);
      }

      @Override
      public void onData(ByteBuf data, boolean endStream) {
        send(data, endStream);
      }

      @Override
      public void onTrailers(Http2Headers trailers) {
        send(trailers);
      }
    };
  }

  private void send(Http2Headers headers, boolean endStream) {
    if (!closed) {
      sendHead(headers, endStream);
      completeIf(endStream);
    }
  }

  /** Applies what the route and what is around it change. */
  private void change(Http2Headers headers, int status) {
    record.response = headers; // for header changes that name it
    record.status = status;
    targetChanges.applyToResponse(headers, record);
    CompiledRoute route = record.route;
    if (route != null) {
      for (int i = 0; i < route.headers().size(); i++) {
        route.headers().get(i).applyToResponse(headers, record);
      }
      if (route.action() instanceof Forwarding forwarding) {
        tellOfTries(forwarding, headers);
      }
    }
  }

  private void tellOfTries(Forwarding forwarding, Http2Headers headers) {
    if (record.attempts > 0 && forwarding.attemptCount().toClient()) {
      RequestHead.tellAttempts(headers, record.attempts);
    }
    if (forwarding.oneLayer()) {
      if (record.manager().useRemoteAddress()) {
        RetryMarks.forget(headers); // the client is nobody who has to know
      } else if (record.refusesRetries) {
        RetryMarks.refuse(headers, grpc);
      }
    }
  }

  private void sendHead(Http2Headers headers, boolean endStream) {
    admission.answers().apply(headers, record.requestHeaders(), worker);
    admission.traceAnswer(headers, record);
    started = true;
    record.response = headers;
    record.responseNanos = exchange.touch() - record.startNanos;
    record.status = LocalReply.status(headers);
    stream.sendHeaders(headers, endStream);
  }

  private void send(ByteBuf data, boolean endStream) {
    if (closed) {
      data.release();
      return;
    }
    int bytes = data.readableBytes();
    record.sent += bytes;
    if (stream.sendData(data, endStream)) {
      exchange.responseGone(bytes);
    }
    completeIf(endStream);
  }

  private void send(Http2Headers trailers) {
    if (!closed) {
      record.trailers = trailers;
      if (admission.passesTrailers()) {
        stream.sendTrailers(trailers);
      } else {
        stream.sendData(Unpooled.EMPTY_BUFFER, true);
      }
      exchange.complete();
    }
  }

  private void completeIf(boolean endStream) {
    if (endStream) {
      ended = true;
      exchange.answered();
    }
  }

  /** Answers by itself; the client must not have been sent a head. */
  void reply(LocalReply own) {
    record.details = own.details();
    LocalReply plain = wantsEnvoyHeaders() ? own : own.silent();
    Http2Headers head = plain.head();
    change(head, 0); // as with Envoy the answer has no status yet
    plain.decorate(head, record);
    LocalReply reply = admission.rewrite(plain, head, record);
    byte[] body = grpc ? NOTHING : reply.bytes();
    if (grpc) {
      reply.completeGrpc(head);
    } else {
      reply.complete(head, body.length);
    }
    record.status = LocalReply.status(head);
    // An answer to HEAD has the length of what is left out (RFC 9110, section 9.3.2).
    boolean endStream = toHead || body.length == 0;
    MessageSink out = afterFilters;
    if (filters != null && !filters.responding()) {
      out = filters.response();
    }
    out.onHeaders(head, endStream);
    if (!endStream) {
      out.onData(Unpooled.wrappedBuffer(body), true);
    }
  }

  /** Answers with what is kept; the client must not have been sent a head. */
  void reply(Verdict.Stored stored) {
    record.details = stored.details();
    byte[] body = stored.body();
    boolean endStream = toHead || body.length == 0;
    MessageSink out = afterFilters;
    if (filters != null && !filters.responding()) {
      out = filters.response();
    }
    out.onHeaders(stored.headers(), endStream);
    if (!endStream) {
      out.onData(Unpooled.wrappedBuffer(body), true);
    }
  }

  @Override
  public long answerNanos() {
    return record.answerNanos;
  }

  @Override
  public long deadlineNanos() {
    return record.deadlineNanos;
  }

  @Override
  public @Nullable Consumer<List<ByteBuf>> onRedirect(
      RedirectPlan plan, int status, Http2Headers answer) {
    return exchange.onRedirect(plan, status, answer);
  }

  @Override
  public int bufferLimit() {
    return record.bufferLimit();
  }

  @Override
  public int onFailure(ProxyError error) {
    return exchange.fail(error);
  }

  @Override
  public void requestGone(int bytes) {
    exchange.requestGone(bytes);
  }

  @Override
  public void onTarget(String cluster, HeaderChanges headers) {
    record.cluster = cluster;
    record.attempts = 1; // counts also where no endpoint is found for it
    targetChanges = headers;
  }

  @Override
  public void onAttempt(Attempt attempt, int number) {
    record.attempt = attempt;
    record.attempts = number;
    record.span.beginTry(attempt, number, attempt.address());
  }

  @Override
  public void onTryAnswer(Attempt from, Http2Headers response) {
    record.span.answerTry(from, response);
  }

  @Override
  public void onTryLeft(Attempt from, boolean cut) {
    record.span.leaveTry(from, cut);
  }

  @Override
  public void onTryFailure(Attempt from, ProxyError error) {
    record.span.failTry(from, error.kind().flagBits(), error.kind().resetReason());
  }

  @Override
  public void onOverflow(@Nullable InetSocketAddress endpoint) {
    if (endpoint != null && record.attempt != null) {
      record.attempts++; // one more than the try before
    }
    record.attempt = null;
    record.fullEndpoint = endpoint;
  }

  @Override
  public void refuseRetries() {
    record.refusesRetries = true;
  }

  @Override
  public void flag(ResponseFlag flag) {
    record.flag(flag);
  }

  @Override
  public boolean wantsEnvoyHeaders() {
    return record.manager().headerPolicy().envoyHeaders();
  }

  @Override
  public Exchange exchange() {
    return record;
  }

  @Override
  public void trace(Http2Headers headers) {
    record.span().inject(headers);
  }

  @Override
  public long elapsedNanos() {
    return System.nanoTime() - record.startNanos - Math.max(0, record.completeNanos);
  }
}
