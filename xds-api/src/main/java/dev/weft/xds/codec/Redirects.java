package dev.weft.xds.codec;

import dev.weft.xds.model.RouteAction.DirectResponse;
import dev.weft.xds.model.RouteAction.Redirect;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.RedirectAction.RedirectResponseCode;
import org.jspecify.annotations.Nullable;

/** Routes that answer by themselves: {@code RedirectAction} and {@code DirectResponseAction}. */
final class Redirects {
  private Redirects() {}

  static Redirect decode(RedirectAction action, DecodeScope scope) {
    String scheme =
        switch (action.getSchemeRewriteSpecifierCase()) {
          case HTTPS_REDIRECT -> action.getHttpsRedirect() ? "https" : null;
          case SCHEME_REDIRECT -> emptyToNull(action.getSchemeRedirect());
          case SCHEMEREWRITESPECIFIER_NOT_SET -> null;
        };
    int port = Wire.number(action.getPortRedirect(), 0, 65535, scope.at("port_redirect"));
    String path = action.hasPathRedirect() ? emptyToNull(action.getPathRedirect()) : null;
    String prefix = action.hasPrefixRewrite() ? emptyToNull(action.getPrefixRewrite()) : null;
    for (String part : new @Nullable String[] {scheme, path, prefix, action.getHostRedirect()}) {
      scope.require(
          part == null || HeaderNames.isValue(part),
          "has a line end or a NUL, which no Location can carry");
    }
    return new Redirect(
        scheme,
        emptyToNull(action.getHostRedirect()),
        port == 0 ? null : port,
        path,
        prefix,
        action.hasRegexRewrite()
            ? Rewrites.regex(action.getRegexRewrite(), scope.at("regex_rewrite"))
            : null,
        switch (action.getResponseCode()) {
          case MOVED_PERMANENTLY -> 301;
          case FOUND -> 302;
          case SEE_OTHER -> 303;
          case TEMPORARY_REDIRECT -> 307;
          case PERMANENT_REDIRECT -> 308;
          case UNRECOGNIZED -> {
            scope.at("response_code").problem("is not known");
            yield 301;
          }
        },
        action.getStripQuery());
  }

  static RedirectAction encode(Redirect redirect) {
    RedirectAction.Builder action =
        RedirectAction.newBuilder()
            .setStripQuery(redirect.stripQuery())
            .setResponseCode(
                switch (redirect.status()) {
                  case 301 -> RedirectResponseCode.MOVED_PERMANENTLY;
                  case 302 -> RedirectResponseCode.FOUND;
                  case 303 -> RedirectResponseCode.SEE_OTHER;
                  case 307 -> RedirectResponseCode.TEMPORARY_REDIRECT;
                  case 308 -> RedirectResponseCode.PERMANENT_REDIRECT;
                  default ->
                      throw new IllegalArgumentException(
                          redirect.status() + " is no status of a redirect");
                });
    if (redirect.scheme() != null) {
      action.setSchemeRedirect(redirect.scheme());
    }
    if (redirect.host() != null) {
      action.setHostRedirect(redirect.host());
    }
    if (redirect.port() != null) {
      action.setPortRedirect(redirect.port());
    }
    if (redirect.path() != null) {
      action.setPathRedirect(redirect.path());
    } else if (redirect.prefixRewrite() != null) {
      action.setPrefixRewrite(redirect.prefixRewrite());
    } else if (redirect.regexRewrite() != null) {
      action.setRegexRewrite(Rewrites.regex(redirect.regexRewrite()));
    }
    return action.build();
  }

  static DirectResponse decode(DirectResponseAction action, int maxBody, DecodeScope scope) {
    String body = action.hasBody() ? Wire.text(action.getBody(), scope.at("body")) : "";
    scope
        .at("body")
        .require(
            Wire.utf8Length(body) <= maxBody,
            "is longer than max_direct_response_body_size_bytes, which is " + maxBody);
    return new DirectResponse(Wire.number(action.getStatus(), 200, 599, scope.at("status")), body);
  }

  static DirectResponseAction encode(DirectResponse response) {
    DirectResponseAction.Builder action =
        DirectResponseAction.newBuilder().setStatus(response.status());
    if (!response.body().isEmpty()) {
      action.setBody(Wire.source(response.body()));
    }
    return action.build();
  }

  private static @Nullable String emptyToNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
