package dev.weft.proxy.forward;

import dev.weft.proxy.route.Forwarding;
import dev.weft.proxy.route.HeaderChanges;
import dev.weft.proxy.route.WeightedTargets.Target;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.List;

/** What forwarding adds to the head of a request: once for all tries, and for each. */
public final class RequestHead {
  private static final AsciiString ORIGINAL_PATH = AsciiString.cached("x-envoy-original-path");
  private static final AsciiString EXPECTED_TIMEOUT =
      AsciiString.cached("x-envoy-expected-rq-timeout-ms");
  private static final AsciiString UPGRADE = AsciiString.cached("upgrade");
  private static final AsciiString ORIGINAL_HOST = AsciiString.cached("x-envoy-original-host");
  private static final AsciiString ATTEMPTS = AsciiString.cached("x-envoy-attempt-count");
  private static final AsciiString[] COUNTS = {
    AsciiString.of("1"), AsciiString.of("2"), AsciiString.of("3"), AsciiString.of("4")
  };

  /** When the client stops waiting; 0 if it did not say. */
  private final long grpcDeadlineNanos;

  private final boolean tellsAttempts;

  private RequestHead(long grpcDeadlineNanos, boolean tellsAttempts) {
    this.grpcDeadlineNanos = grpcDeadlineNanos;
    this.tellsAttempts = tellsAttempts;
  }

  /**
   * Changes a request for its route.
   *
   * @param upgrade whether the client asked for another protocol
   */
  static RequestHead prepare(
      Http2Headers request,
      Forwarding route,
      Target target,
      List<HeaderChanges> changes,
      boolean upgrade) {
    CharSequence path = request.path();
    if (route.path().changes() && path != null) {
      request.set(ORIGINAL_PATH, path);
      request.path(route.path().apply(path));
    }
    if (route.host() != null) {
      request.set(ORIGINAL_HOST, String.valueOf(request.authority()));
      request.authority(route.host());
    }
    if (route.expectedTimeout() != null) {
      request.set(EXPECTED_TIMEOUT, route.expectedTimeout());
    }
    target.headers().applyToRequest(request);
    for (int i = 0; i < changes.size(); i++) {
      changes.get(i).applyToRequest(request);
    }
    if (!upgrade && (!changes.isEmpty() || target.headers() != HeaderChanges.NONE)) {
      request.remove(UPGRADE); // codecs would take it for the client's wish
    }
    CharSequence timeout = request.get(GrpcTimeout.HEADER);
    long nanos = timeout == null ? -1 : GrpcTimeout.parse(timeout);
    return new RequestHead(
        nanos < 0 ? 0 : System.nanoTime() + nanos, route.attemptCount().toEndpoint());
  }

  /** Whether the client has stopped waiting, by what it said. */
  boolean outOfTime() {
    return grpcDeadlineNanos != 0 && System.nanoTime() - grpcDeadlineNanos >= 0;
  }

  /** Tells a client how often its request was tried. */
  public static void tellAttempts(Http2Headers response, int number) {
    response.set(ATTEMPTS, count(number));
  }

  private static CharSequence count(int number) {
    return number <= COUNTS.length ? COUNTS[number - 1] : Integer.toString(number);
  }

  /** What differs from try to try. */
  void forTry(Http2Headers request, int number) {
    if (tellsAttempts) {
      request.set(ATTEMPTS, count(number));
    }
    if (grpcDeadlineNanos != 0 && number > 1) {
      request.set(
          GrpcTimeout.HEADER,
          GrpcTimeout.format(Math.max(0, grpcDeadlineNanos - System.nanoTime())));
    }
  }
}
