package dev.weft.proxy.stream;

import io.netty.handler.codec.http2.Http2Headers;
import java.util.Set;

/**
 * Headers that Envoy knows by their names. Where one stands on several lines, conditions and
 * command operators read all of them as one list, and not line by line as with other headers.
 */
public final class KnownHeaders {
  private static final Set<String> OF_REQUESTS =
      names(
          "accept accept-encoding access-control-request-headers access-control-request-method"
              + " access-control-request-private-network authorization cache-control"
              + " content-encoding content-type grpc-accept-encoding grpc-timeout if-match"
              + " if-modified-since if-none-match if-range if-unmodified-since origin pragma"
              + " proxy-status referer user-agent via x-client-trace-id"
              + " x-envoy-downstream-service-cluster x-envoy-downstream-service-node"
              + " x-forwarded-client-cert x-forwarded-for x-forwarded-host x-forwarded-port"
              + " x-forwarded-proto x-request-id");

  private static final Set<String> OF_ANSWERS =
      names(
          "access-control-allow-credentials access-control-allow-headers"
              + " access-control-allow-methods access-control-allow-origin"
              + " access-control-expose-headers access-control-max-age age cache-control"
              + " content-encoding content-type date etag expires grpc-message grpc-status"
              + " last-modified location proxy-status server vary via x-envoy-attempt-count"
              + " x-envoy-decorator-operation x-envoy-degraded"
              + " x-envoy-immediate-health-check-fail x-envoy-ratelimited x-envoy-upstream-canary"
              + " x-envoy-upstream-healthchecked-cluster x-request-id");

  private KnownHeaders() {}

  private static Set<String> names(String names) {
    return Set.of(names.split(" ", -1));
  }

  /** Whether lines of this header of requests are read as one. */
  public static boolean ofRequests(String name) {
    return OF_REQUESTS.contains(name);
  }

  /** Whether lines of this header of answers are read as one. */
  public static boolean ofAnswers(String name) {
    return OF_ANSWERS.contains(name);
  }

  /** The same for the head that the header stands in. */
  static boolean in(Http2Headers head, CharSequence name) {
    String text = name.toString();
    return head.status() == null ? ofRequests(text) : ofAnswers(text);
  }
}
