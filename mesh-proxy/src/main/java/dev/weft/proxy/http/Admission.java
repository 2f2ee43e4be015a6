package dev.weft.proxy.http;

import dev.weft.proxy.config.BoundRoutes;
import dev.weft.proxy.config.CompiledHttp;
import dev.weft.proxy.config.ScopedRoutes;
import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.error.ProxyError;
import dev.weft.proxy.error.ProxyError.Kind;
import dev.weft.proxy.filter.HttpFilterChain;
import dev.weft.proxy.filter.RequestCheck;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.loop.Worker;
import dev.weft.proxy.overload.OverloadAction;
import dev.weft.proxy.reply.ReplyBody;
import dev.weft.proxy.reply.ReplyRules;
import dev.weft.proxy.route.CompiledRoute;
import dev.weft.proxy.route.Directions;
import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.route.UpgradeRules;
import dev.weft.proxy.route.WeightedTargets.Target;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.TraceReason;
import dev.weft.proxy.tracing.RequestTracer;
import dev.weft.proxy.tracing.SpanTags;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Decides which requests of a connection go on to the filters, by their heads alone: brings path
 * and headers into the form that everybody behind it sees, finds the route, and asks the checks.
 * Made once per connection and connection manager; confined to its loop.
 */
final class Admission {
  private static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");

  private final CompiledHttp http;
  private final ConnectionInfo connection;
  private final Worker worker;
  private final ClientHeaders clientHeaders;
  private final ResponseHeaders answers;

  Admission(CompiledHttp http, ConnectionInfo connection, Worker worker) {
    this.http = http;
    this.connection = connection;
    this.worker = worker;
    this.clientHeaders = new ClientHeaders(http.manager(), connection);
    this.answers = new ResponseHeaders(http.manager().headerPolicy());
  }

  /**
   * Changes a request and finds its route.
   *
   * @param upgrade what it asks to go on with other than HTTP; null for nothing
   * @param record gets the route, and what is to be said of a refusal
   * @return the answer to a request that does not go on; null if it does
   */
  @Nullable LocalReply admit(
      Http2Headers request,
      @Nullable CharSequence upgrade,
      ScopedRoutes routes,
      ExchangeRecord record) {
    if (worker.overload().sheds(OverloadAction.STOP_ACCEPTING_REQUESTS, worker.random())) {
      http.stats().overloaded();
      return refuse(record, Kind.OVERLOADED, "memory runs short");
    }
    return switch (RequestTarget.normalize(request, http.manager())) {
      case REFUSE -> refuse(record, Kind.BAD_REQUEST, "the path has no one meaning");
      case REDIRECT -> redirectToPath(request, record);
      case GO_ON -> {
        boolean internal = clientHeaders.isInternal(request);
        String problem = clientHeaders.apply(request, internal, worker.random());
        yield problem == null
            ? route(request, upgrade, internal, routes.of(request), record)
            : refuse(record, Kind.BAD_REQUEST, problem);
      }
    };
  }

  /**
   * Finds the route of a request that an endpoint sent here. What its client may say was settled
   * when it came.
   *
   * @param record gets the route, and what is to be said of a refusal
   * @return the answer to a request that does not go on; null if it does
   */
  @Nullable LocalReply readmit(Http2Headers request, ScopedRoutes scopes, ExchangeRecord record) {
    return switch (RequestTarget.normalize(request, http.manager())) {
      case REFUSE -> refuse(record, Kind.BAD_REQUEST, "the path has no one meaning");
      case REDIRECT -> redirectToPath(request, record);
      case GO_ON -> {
        clientHeaders.applyToHost(request);
        BoundRoutes routes = scopes.of(request);
        record.route = RequestTarget.match(routes.table(), request, connection, worker.random());
        RequestTracer tracer = http.tracer();
        if (tracer != null) {
          // As with Envoy; its mark stays.
          begin(tracer, request, record, TraceReason.NOT_TRACEABLE);
        }
        yield check(request, filters(request, routes, record), record);
      }
    };
  }

  /** What is added to answers. */
  ResponseHeaders answers() {
    return answers;
  }

  /** What the configuration makes of an answer of the proxy itself, and of its head. */
  LocalReply rewrite(LocalReply reply, Http2Headers head, ExchangeRecord record) {
    if (http.replies() == ReplyRules.NONE) {
      return reply;
    }
    record.status = reply.status();
    record.response = head;
    ReplyRules.Change change = http.replies().first(record);
    CharSequence typed = head.get(CONTENT_TYPE);
    change.headers().applyToResponse(head, record);
    String body = change.body() == null ? reply.body() : change.body();
    int status = change.status() == 0 ? reply.status() : change.status();
    AsciiString type = reply.type();
    ReplyBody format = change.format();
    if (format != null) {
      record.status = status;
      record.localReplyBody = body;
      body = format.text(record);
      record.localReplyBody = "";
      type = format.type();
    }
    return reply.changed(status, body, type, !Objects.equals(typed, head.get(CONTENT_TYPE)));
  }

  /** Whether trailers pass between the client and what is behind. */
  boolean passesTrailers() {
    return connection.http2() || http.manager().headerPolicy().trailers();
  }

  /** Brings trailers into the form that headers have. */
  void admitTrailers(Http2Headers trailers) {
    clientHeaders.applyToTrailers(trailers);
  }

  private static LocalReply refuse(ExchangeRecord record, Kind kind, String detail) {
    record.flags |= kind.flagBits();
    return LocalReply.of(new ProxyError(kind, detail));
  }

  private static LocalReply redirectToPath(Http2Headers request, ExchangeRecord record) {
    return GrpcStatus.isGrpc(request)
        ? refuse(record, Kind.BAD_REQUEST, "the path has escaped slashes")
        : LocalReply.leading(307, "", String.valueOf(request.path()), "path_normalization_failed");
  }

  private static void removeInternalOnly(List<String> names, Http2Headers request) {
    for (int i = 0; i < names.size(); i++) {
      request.remove(names.get(i));
    }
  }

  private @Nullable LocalReply route(
      Http2Headers request,
      @Nullable CharSequence upgrade,
      boolean internal,
      BoundRoutes routes,
      ExchangeRecord record) {
    if (!internal) {
      removeInternalOnly(routes.table().internalOnlyHeaders(), request);
    }
    record.route = RequestTarget.match(routes.table(), request, connection, worker.random());
    if (internal) {
      record.route = Directions.follow(record.route, request);
    }
    trace(request, record);
    if (upgrade != null) {
      CompiledRoute route = record.route;
      if (route == null) {
        http.stats().noRoute();
        return refuse(record, Kind.NO_ROUTE, "no route is for the upgrade here");
      }
      if (!UpgradeRules.allow(upgrade, http.manager().upgrades(), route)) {
        return refuse(record, Kind.UPGRADE_REFUSED, "the upgrade is not allowed here");
      }
    }
    return check(request, filters(request, routes, record), record);
  }

  private void trace(Http2Headers request, ExchangeRecord record) {
    RequestTracer tracer = http.tracer();
    if (tracer == null) {
      return;
    }
    CompiledRoute route = record.route;
    TraceReason reason =
        TraceMark.decide(
            request,
            route == null || route.tracing() == null ? tracer.sampling() : route.tracing(),
            worker.random());
    record.marked = reason != TraceReason.NOT_TRACEABLE;
    begin(tracer, request, record, reason);
  }

  private void begin(
      RequestTracer tracer, Http2Headers request, ExchangeRecord record, TraceReason reason) {
    tracer.count(reason);
    CompiledRoute route = record.route;
    record.span =
        tracer.begin(
            request,
            record,
            route == null ? SpanTags.NONE : route.tags(),
            reason != TraceReason.NOT_TRACEABLE,
            worker.random(),
            record.span);
    record.operation =
        tracer.decorate(request, route == null ? null : route.decorator(), record.span);
  }

  /** What traces add to an answer, or take from it. */
  void traceAnswer(Http2Headers answer, ExchangeRecord record) {
    RequestTracer tracer = http.tracer();
    if (tracer != null) {
      tracer.onAnswer(answer, record.operation, record.span);
    }
  }

  /** The filters for a request; where targets of its route have a say, the target is chosen. */
  private HttpFilterChain filters(Http2Headers request, BoundRoutes routes, ExchangeRecord record) {
    CompiledRoute route = record.route;
    HttpFilterChain chain = routes.filters(route == null ? 0 : route.filters());
    if (route != null
        && route.action() instanceof Forwarding forwarding
        && (!chain.filters().isEmpty() || forwarding.targets().filter())) {
      Target target = forwarding.targets().choose(request, worker.random().nextLong());
      record.target = target;
      chain = routes.filters(target.filters());
    }
    record.chain = chain;
    return chain;
  }

  private @Nullable LocalReply check(
      Http2Headers request, HttpFilterChain chain, ExchangeRecord record) {
    List<RequestCheck> checks = chain.checks();
    for (int i = 0; i < checks.size(); i++) {
      Verdict.Reply refusal = checks.get(i).check(request, record);
      if (refusal != null) {
        record.flags |= refusal.flags();
        return LocalReply.of(refusal);
      }
    }
    return null;
  }
}
