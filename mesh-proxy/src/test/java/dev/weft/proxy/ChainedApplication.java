package dev.weft.proxy;

import dev.weft.proxy.deadline.TimeoutHeader;
import dev.weft.proxy.forward.GrpcTimeout;
import dev.weft.proxy.testkit.Backend;
import dev.weft.proxy.testkit.Client;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.StreamResetException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * An application that takes its time with a call, and then calls the next one: over gRPC with what
 * is left of it, over HTTP with nothing but the request's id. It has no clock that ends a call;
 * when its own is cancelled it cancels what it has called.
 */
final class ChainedApplication {
  /** The header that tells gRPC calls from each other. */
  static final String CALL = "x-call";

  /** The same of HTTP requests. */
  static final String REQUEST_ID = "x-request-id";

  /** The call that the last application answers; any other it does not. */
  static final String ANSWERED = "/chain.App/Answered";

  private static final String TIMEOUT = GrpcTimeout.HEADER.toString();
  private static final long CANCEL = 8;

  /** How an HTTP request ended that was cancelled. */
  static final String CUT = "cut";

  /** How it takes its time. */
  enum Spending {
    /** It works, and then calls on. */
    WORKS,
    /**
     * It says after its time that it is unavailable, and calls on at once when it is tried again.
     */
    FAILS_FIRST,
    /** It works, and then calls on whether or not anybody waits for it. */
    WORKS_ON
  }

  /** A try of a call as it came here. All of it is written on the loop that it came on. */
  static final class Visit {
    final String call;

    /** How long it may take by what it says, in nanoseconds; -1 if it does not. */
    final long told;

    final long arrived = System.nanoTime();

    /** What was spent here, in nanoseconds, before it was answered or the next one called. */
    volatile long spent;

    /** {@code answered STATUS} or {@code reset CODE}; null while it is under way. */
    volatile String end;

    /** The status that the call onward was answered with; null while it is not. */
    volatile String onwardStatus;

    private HttpClientRequest onward;

    private Visit(HttpServerRequest request, boolean grpc) {
      String timeout = request.getHeader(grpc ? TIMEOUT : TimeoutHeader.NAME.toString());
      call = request.getHeader(grpc ? CALL : REQUEST_ID);
      told =
          timeout == null ? -1 : grpc ? GrpcTimeout.parse(timeout) : TimeoutHeader.parse(timeout);
    }

    private void onCut(Throwable cause) {
      onCut(cause instanceof StreamResetException reset ? "reset " + reset.getCode() : "" + cause);
    }

    private void onCut(String how) {
      if (end == null) {
        end = how;
        if (onward != null) {
          onward.reset(CANCEL);
        }
      }
    }
  }

  private final Vertx vertx;
  private final Client client;
  private final boolean grpc;
  private final Duration time;
  private final Backend backend;
  private final Queue<Visit> visits = new ConcurrentLinkedQueue<>();
  private volatile Spending spending = Spending.WORKS;

  /** Where the next one is; 0 for the last. */
  private volatile int next;

  /**
   * @param time what it takes for each call
   */
  ChainedApplication(Vertx vertx, Duration time) {
    this(vertx, time, true, HttpVersion.HTTP_2);
  }

  /**
   * @param time what it takes for each call
   * @param grpc whether calls are gRPC's
   * @param version what it calls the next one in
   */
  ChainedApplication(Vertx vertx, Duration time, boolean grpc, HttpVersion version) {
    this.vertx = vertx;
    this.client = new Client(vertx, version);
    this.grpc = grpc;
    this.time = time;
    this.backend = Backend.start(vertx, this::take);
  }

  int port() {
    return backend.port();
  }

  /** Calls come on to here: its own sidecar's listener. */
  void callOnTo(int port) {
    next = port;
  }

  void spend(Spending how) {
    spending = how;
  }

  /** Every try of a call that came here, in order. */
  List<Visit> visits(String call) {
    return visits.stream().filter(visit -> visit.call.equals(call)).toList();
  }

  private void take(HttpServerRequest request) {
    Visit visit = new Visit(request, grpc);
    boolean first = visits(visit.call).isEmpty();
    if (grpc) {
      request.exceptionHandler(visit::onCut);
      request.response().exceptionHandler(visit::onCut);
    } else {
      request.response().closeHandler(closed -> visit.onCut(CUT));
    }
    visits.add(visit);
    if (next == 0) {
      if (request.path().equals(ANSWERED)) {
        answer(visit, request, grpc ? "0" : "200");
      }
    } else if (spending != Spending.FAILS_FIRST) {
      afterItsTime(visit, () -> callOn(visit, request));
    } else if (first) {
      afterItsTime(visit, () -> answer(visit, request, grpc ? "14" : "503"));
    } else {
      callOn(visit, request);
    }
  }

  private void afterItsTime(Visit visit, Runnable action) {
    vertx.setTimer(
        time.toMillis(),
        timer -> {
          visit.spent = System.nanoTime() - visit.arrived;
          action.run();
        });
  }

  private void callOn(Visit visit, HttpServerRequest request) {
    long left = visit.told - visit.spent;
    if (visit.end != null && spending != Spending.WORKS_ON) {
      return;
    }
    if (grpc && left <= 0) {
      answer(visit, request, "4");
      return;
    }
    client
        .request(next, grpc ? HttpMethod.POST : HttpMethod.GET, request.path())
        .compose(onward -> grpc ? send(visit, onward, left) : send(visit, onward))
        .compose(response -> response.body().map(body -> status(response)))
        .onComplete(
            done -> {
              String status = done.succeeded() ? done.result() : grpc ? "13" : "502";
              visit.onwardStatus = status;
              answer(visit, request, status);
            });
  }

  private Future<HttpClientResponse> send(Visit visit, HttpClientRequest onward) {
    if (spending != Spending.WORKS_ON && visit.end == null) {
      visit.onward = onward;
    } else if (spending != Spending.WORKS_ON) {
      onward.reset(CANCEL);
      return Future.failedFuture("cancelled before it went on");
    }
    return onward.putHeader(REQUEST_ID, visit.call).send();
  }

  private static Future<HttpClientResponse> send(Visit visit, HttpClientRequest onward, long left) {
    if (visit.end != null) {
      onward.reset(CANCEL);
      return Future.failedFuture("cancelled before it went on");
    }
    visit.onward = onward;
    return onward
        .putHeader("content-type", "application/grpc")
        .putHeader(TIMEOUT, GrpcTimeout.format(left))
        .putHeader(CALL, visit.call)
        .send();
  }

  private String status(HttpClientResponse response) {
    if (!grpc) {
      return Integer.toString(response.statusCode());
    }
    String inHead = response.getHeader("grpc-status");
    return inHead == null ? response.getTrailer("grpc-status") : inHead;
  }

  private void answer(Visit visit, HttpServerRequest request, String status) {
    if (visit.end != null) {
      return;
    }
    visit.end = "answered " + status;
    if (grpc) {
      request
          .response()
          .putHeader("content-type", "application/grpc")
          .putHeader("grpc-status", status)
          .end();
    } else {
      request.response().setStatusCode(Integer.parseInt(status)).end();
    }
  }
}
