package dev.weft.control.admin;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Lets a request pass that may be answered. On a listener others can reach that takes the token. On
 * loopback everybody on the host may pass, but no foreign page in a browser: the Host must be a
 * loopback name (a page that rebinds its DNS name has its own), and a write's Origin must be ours.
 */
final class Guard implements Handler<RoutingContext> {
  private static final Set<String> PUBLIC = Set.of("/", "/healthz", "/readyz", "/openapi.json");
  private static final Set<HttpMethod> READS = Set.of(HttpMethod.GET, HttpMethod.HEAD);
  private static final String BEARER = "bearer ";

  private final boolean loopbackOnly;
  private final String host;
  private final AdminToken token;

  Guard(AdminOptions options, AdminToken token) {
    this.loopbackOnly = options.isLoopbackOnly();
    this.host = options.host().toLowerCase(Locale.ROOT);
    this.token = token;
  }

  @Override
  public void handle(RoutingContext context) {
    context
        .response()
        .putHeader("x-content-type-options", "nosniff")
        .putHeader("referrer-policy", "no-referrer")
        .putHeader("cache-control", "no-store");
    Optional<Reply> refusal = refusal(context);
    if (refusal.isPresent()) {
      // The rest of a refused upload is not waited for.
      refusal.get().with("connection", "close").send(context.response());
    } else {
      context.next();
    }
  }

  private Optional<Reply> refusal(RoutingContext context) {
    HostAndPort authority = context.request().authority();
    if (authority == null) {
      return Optional.of(Reply.problem(Problem.badRequest("the Host header is missing; send it")));
    }
    if (loopbackOnly && !isLocalName(authority.host())) {
      return Optional.of(
          Reply.problem(
              Problem.forbidden(
                  "the Host is "
                      + authority.host()
                      + ", but this listener is for its own host only; use 127.0.0.1 or localhost")));
    }
    if (!READS.contains(context.request().method()) && !isOwnOrigin(context, authority)) {
      return Optional.of(
          Reply.problem(
              Problem.forbidden(
                  "the Origin is another site; write from the control plane's page")));
    }
    String authorization = context.request().getHeader("authorization");
    if (authorization != null) {
      boolean right =
          authorization.toLowerCase(Locale.ROOT).startsWith(BEARER)
              && token.matches(authorization.substring(BEARER.length()).strip());
      return right
          ? Optional.empty()
          : Optional.of(unauthorized("the token is wrong; use that of the file admin.token"));
    }
    return loopbackOnly || isPublic(context.normalizedPath())
        ? Optional.empty()
        : Optional.of(
            unauthorized(
                "send Authorization: Bearer TOKEN with the token of the file admin.token in the"
                    + " control plane's data folder"));
  }

  private static Reply unauthorized(String detail) {
    return Reply.problem(Problem.unauthorized(detail))
        .with("www-authenticate", "Bearer realm=\"weft\"");
  }

  private static boolean isPublic(String path) {
    return PUBLIC.contains(path) || path.startsWith("/ui/") || path.startsWith("/schema/");
  }

  private boolean isLocalName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.equals("localhost")
        || lower.equals(host)
        || lower.equals("[::1]")
        || lower.equals("::1")
        || lower.matches("127(\\.[0-9]{1,3}){3}");
  }

  private static boolean isOwnOrigin(RoutingContext context, HostAndPort authority) {
    String origin = context.request().getHeader("origin");
    if (origin == null) {
      // Browsers send it with every cross-site write; this one tells on those that would not.
      String site = context.request().getHeader("sec-fetch-site");
      return site == null || site.equals("same-origin") || site.equals("none");
    }
    try {
      URI uri = URI.create(origin);
      int port = uri.getPort() < 0 ? 80 : uri.getPort();
      int own = authority.port() < 0 ? 80 : authority.port();
      return authority.host().equalsIgnoreCase(uri.getHost()) && port == own;
    } catch (IllegalArgumentException _) {
      return false;
    }
  }
}
