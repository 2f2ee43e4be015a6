package dev.weft.proxy.http;

import dev.weft.proxy.config.ScopedRoutes;
import dev.weft.proxy.route.CompiledRoute;
import dev.weft.proxy.route.RedirectLocation;
import dev.weft.proxy.route.RedirectPlan;
import dev.weft.proxy.route.RedirectTrail;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.telemetry.HttpStats;
import dev.weft.proxy.telemetry.HttpStats.RedirectPassed;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A request as it goes on where an endpoint sends it.
 *
 * @param head its head
 * @param bodiless whether it goes on without its body, as a GET
 * @param trail where it has been sent, this time too
 */
record FollowedRedirect(Http2Headers head, boolean bodiless, RedirectTrail trail) {
  private static final AsciiString LOCATION = AsciiString.cached("location");
  private static final AsciiString ORIGINAL_URL = AsciiString.cached("x-envoy-original-url");
  private static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  private static final AsciiString HTTP = AsciiString.cached("http");
  private static final AsciiString GET = AsciiString.cached("GET");
  private static final AsciiString HEAD = AsciiString.cached("HEAD");
  private static final int SEE_OTHER = 303;

  /**
   * Decides whether a redirect is followed; counts why not.
   *
   * @param request as it went to the endpoint
   * @param from the route whose endpoint answered
   * @param trail where it has been sent before
   * @return null if the client gets the redirect
   */
  static @Nullable FollowedRedirect of(
      RedirectPlan plan,
      int status,
      Http2Headers answer,
      Http2Headers request,
      ConnectionInfo connection,
      String from,
      RedirectTrail trail,
      ScopedRoutes routes,
      RandomGenerator random,
      HttpStats stats) {
    CharSequence said = answer.get(LOCATION);
    if (said == null) {
      return null;
    }
    RedirectLocation to = RedirectLocation.parse(said);
    if (to == null) {
      stats.redirectPassed(RedirectPassed.BAD_LOCATION);
      return null;
    }
    boolean https = isHttps(request, connection);
    if (https != to.https() && !plan.crossesSchemes()) {
      stats.redirectPassed(RedirectPassed.UNSAFE_SCHEME);
      return null;
    }
    if (!plan.allowsAnother(trail)) {
      stats.redirectPassed(RedirectPassed.TOO_MANY_REDIRECTS);
      return null;
    }
    Http2Headers head = new DefaultHttp2Headers(false, request.size() + 2).add(request);
    plan.copyHeaders(answer, head);
    head.scheme(to.scheme()).authority(to.authority()).path(to.path());
    CompiledRoute route = RequestTarget.match(routes.of(head).table(), head, connection, random);
    if (route == null) {
      stats.redirectPassed(RedirectPassed.NO_ROUTE);
      return null;
    }
    if (!plan.accepts(trail, from, route.name(), https, to.https())) {
      stats.redirectPassed(RedirectPassed.PREDICATE);
      return null;
    }
    trail.follow();
    head.set(
        ORIGINAL_URL, (https ? "https" : "http") + "://" + request.authority() + request.path());
    return new FollowedRedirect(head, status == SEE_OTHER && toGet(head), trail);
  }

  private static boolean isHttps(Http2Headers request, ConnectionInfo connection) {
    CharSequence scheme = request.scheme();
    return connection.tls() && (scheme == null || !HTTP.contentEqualsIgnoreCase(scheme));
  }

  /** Makes a GET of it (RFC 9110, section 15.4.4); whether it was something else. */
  private static boolean toGet(Http2Headers head) {
    CharSequence method = head.method();
    if (method == null || GET.contentEquals(method) || HEAD.contentEquals(method)) {
      return false;
    }
    head.method(GET);
    head.remove(CONTENT_LENGTH);
    return true;
  }
}
