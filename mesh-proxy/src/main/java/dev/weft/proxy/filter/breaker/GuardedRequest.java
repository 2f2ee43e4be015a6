package dev.weft.proxy.filter.breaker;

import dev.weft.proxy.error.GrpcStatus;
import dev.weft.proxy.error.ResponseFlag;
import dev.weft.proxy.filter.FilterContext;
import dev.weft.proxy.filter.HttpFilter;
import dev.weft.proxy.filter.Verdict;
import dev.weft.proxy.filter.breaker.Breaker.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** One request before a breaker: passes or not, and is counted once. Confined to its loop. */
final class GuardedRequest implements HttpFilter {
  private static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  private static final AsciiString SWITCHING_PROTOCOLS = AsciiString.cached("101");
  private static final String FROM_ENDPOINT = "via_upstream";

  /** What ends an answer that the service owes. */
  private static final int CUT =
      ResponseFlag.UPSTREAM_CONNECTION_FAILURE.bit()
          | ResponseFlag.UPSTREAM_TIMEOUT.bit()
          | ResponseFlag.UPSTREAM_RESET.bit()
          | ResponseFlag.UPSTREAM_CONNECTION_TERMINATION.bit()
          | ResponseFlag.UPSTREAM_PROTOCOL_ERROR.bit()
          | ResponseFlag.STREAM_IDLE_TIMEOUT.bit();

  /** What ends it because of the client. */
  private static final int LEFT =
      ResponseFlag.DOWNSTREAM_CONNECTION_TERMINATION.bit()
          | ResponseFlag.DOWNSTREAM_RESET.bit()
          | ResponseFlag.DOWNSTREAM_PROTOCOL_ERROR.bit();

  private final ErrorRateGuard guard;
  private final FilterContext context;

  /** Null where the request is not guarded, or was kept back. */
  private @Nullable MethodBreaker breaker;

  private Breaker.@Nullable Admitted entry;
  private @Nullable KeepingAnswer keeping;
  private boolean grpc;
  private boolean reported;

  GuardedRequest(ErrorRateGuard guard, FilterContext context) {
    this.guard = guard;
    this.context = context;
  }

  @Override
  public Verdict onRequestHeaders(Http2Headers request, boolean endStream) {
    String cluster = context.cluster();
    if (cluster == null || context.cluster(cluster) == null) {
      return Verdict.CONTINUE;
    }
    grpc = GrpcStatus.isGrpc(request);
    long now = System.nanoTime();
    MethodBreaker asked = guard.breaker(cluster, method(request), now);
    switch (asked.ask(guard.limits(), now)) {
      case Breaker.Refused refused -> {
        return guard.refuse(asked, refused, request, context, grpc, now);
      }
      case Breaker.Admitted admitted -> {
        breaker = asked;
        entry = admitted;
        if (guard.timeoutNanos() > 0) {
          context.answerWithin(guard.timeoutNanos());
        }
        keeping = KeepingAnswer.of(guard, cluster, request, context.exchange(), now);
        return Verdict.CONTINUE;
      }
    }
  }

  /** A gRPC method by its path, of which clients know many; any other request by its route. */
  private String method(Http2Headers request) {
    CharSequence path = grpc ? request.path() : null;
    if (path == null) {
      String route = context.exchange().routeName();
      return route == null ? "" : route;
    }
    String text = path.toString();
    int query = text.indexOf('?');
    return query < 0 ? text : text.substring(0, query);
  }

  @Override
  public Verdict onResponseHeaders(Http2Headers answer, boolean endStream) {
    if (entry == null || reported) {
      return Verdict.CONTINUE;
    }
    CharSequence grpcStatus = grpc ? answer.get(GRPC_STATUS) : null;
    boolean failed =
        grpc
            ? grpcStatus != null && guard.failures().grpc(grpcStatus)
            : guard.failures().http(answer.status());
    if (failed) {
      report(Outcome.FAILURE);
    } else if (!FROM_ENDPOINT.equals(context.exchange().details())) {
      report(Outcome.ABANDONED); // the proxy's own, and nobody's fault but the client's
    } else if (SWITCHING_PROTOCOLS.equals(answer.status())) {
      // What it has become lasts as long as its ends like, and is no request any more.
      report(Outcome.SUCCESS);
      leave();
    } else if (endStream || grpcStatus != null) {
      report(Outcome.SUCCESS);
    } else if (keeping != null) {
      keeping = keeping.begin(answer) ? keeping : null;
    }
    return Verdict.CONTINUE;
  }

  @Override
  public void onResponseData(ByteBuf data, boolean endStream) {
    if (entry == null || reported) {
      return;
    }
    if (keeping != null && !keeping.add(ByteBufUtil.getBytes(data))) {
      keeping = null;
    }
    if (endStream) {
      if (keeping != null) {
        keeping.keep();
      }
      report(grpc ? Outcome.FAILURE : Outcome.SUCCESS); // a call has a status at its end
    }
  }

  @Override
  public void onResponseTrailers(Http2Headers trailers) {
    // What ended here, and not at the endpoint, is judged by how.
    if (entry != null && !reported && FROM_ENDPOINT.equals(context.exchange().details())) {
      boolean failed = grpc && guard.failures().grpc(trailers.get(GRPC_STATUS));
      report(failed ? Outcome.FAILURE : Outcome.SUCCESS);
    }
  }

  private void report(Outcome outcome) {
    MethodBreaker to = breaker;
    Breaker.Admitted as = entry;
    if (to != null && as != null) {
      reported = true;
      boolean late =
          outcome == Outcome.FAILURE
              && ResponseFlag.UPSTREAM_TIMEOUT.in(context.exchange().flags());
      to.report(as, outcome, late, guard.limits(), System.nanoTime());
    }
  }

  @Override
  public void onComplete() {
    if (entry == null) {
      return;
    }
    if (!reported) {
      int flags = context.exchange().flags();
      report((flags & LEFT) == 0 && (flags & CUT) != 0 ? Outcome.FAILURE : Outcome.ABANDONED);
    }
    leave();
  }

  private void leave() {
    MethodBreaker from = breaker;
    if (from != null) {
      breaker = null;
      from.leave();
    }
  }
}
