package dev.weft.proxy.http;

import dev.weft.proxy.route.CompiledRoute.Redirection;
import dev.weft.xds.model.RouteAction.Redirect;
import io.netty.handler.codec.http2.Http2Headers;

/** What a route answers that redirects, or gives an answer by itself. */
final class Redirects {
  private static final String DETAILS = "direct_response";
  private static final int CREATED = 201;

  private Redirects() {}

  /**
   * The answer to a request, which has the new path from then on: logs and formats see it.
   *
   * @param tls whether it came over TLS
   * @param tell whether the request is told what its path was
   */
  static LocalReply reply(
      Redirection redirection, Http2Headers request, boolean tls, boolean tell) {
    redirection.path().applyTo(request, tell);
    int status = redirection.redirect().status();
    return request.path() == null
        ? LocalReply.answer(status, "", DETAILS) // a CONNECT has no path to lead to
        : LocalReply.leading(status, "", location(redirection, request, tls), DETAILS);
  }

  /**
   * The answer that a route has of its own. What says that something is elsewhere, or has been
   * created, leads to where the request went (RFC 9110, section 10.2.2).
   *
   * @param tls whether the request came over TLS
   */
  static LocalReply answer(int status, String body, Http2Headers request, boolean tls) {
    return request.path() != null && (status == CREATED || status / 100 == 3)
        ? LocalReply.leading(
            status,
            body,
            (tls ? "https://" : "http://") + request.authority() + request.path(),
            DETAILS)
        : LocalReply.answer(status, body, DETAILS);
  }

  private static String location(Redirection redirection, Http2Headers request, boolean tls) {
    Redirect redirect = redirection.redirect();
    String own = tls ? "https" : "http";
    String scheme = redirect.scheme() != null ? redirect.scheme() : own;
    String authority = String.valueOf(request.authority());
    String host;
    if (redirect.host() != null) {
      host = redirect.host();
    } else {
      host =
          redirect.scheme() == null || redirection.keepsPort()
              ? authority
              : withoutDefaultPort(authority, own);
    }
    if (redirect.port() != null) {
      host = withoutPort(host) + ":" + redirect.port();
    }
    return scheme + "://" + host + path(redirection, request.path().toString());
  }

  private static String path(Redirection redirection, String path) {
    Redirect redirect = redirection.redirect();
    int mark = path.indexOf('?');
    String query = mark < 0 || redirect.stripQuery() ? "" : path.substring(mark);
    String bare = mark < 0 ? path : path.substring(0, mark);
    if (redirect.path() != null) {
      // A path with a query of its own replaces the request's query, too.
      return redirect.path().indexOf('?') >= 0 ? redirect.path() : redirect.path() + query;
    }
    return bare + query;
  }

  private static String withoutDefaultPort(String authority, String scheme) {
    String port = scheme.equals("http") ? ":80" : ":443";
    return authority.endsWith(port)
        ? authority.substring(0, authority.length() - port.length())
        : authority;
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }
}
