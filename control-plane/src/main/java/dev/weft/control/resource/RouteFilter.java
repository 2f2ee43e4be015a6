package dev.weft.control.resource;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A filter of a route rule, as the Gateway API names them. */
public sealed interface RouteFilter {
  /** {@code RequestHeaderModifier}. */
  record RequestHeaders(HeaderChanges changes) implements RouteFilter {}

  /** {@code ResponseHeaderModifier}. */
  record ResponseHeaders(HeaderChanges changes) implements RouteFilter {}

  /**
   * {@code RequestRedirect}: answers instead of forwarding; null parts are kept.
   *
   * @param scheme {@code http} or {@code https}
   * @param status 301, 302, 303, 307 or 308
   */
  record Redirect(
      @Nullable String scheme,
      @Nullable String hostname,
      @Nullable PathChange path,
      @Nullable Integer port,
      int status)
      implements RouteFilter {}

  /** {@code URLRewrite}: changes host and path on the way to the backend; null parts are kept. */
  record UrlRewrite(@Nullable String hostname, @Nullable PathChange path) implements RouteFilter {}

  /**
   * {@code RequestMirror}: sends copies of requests to another service, of whose answers nobody is
   * told.
   *
   * @param percent of the requests, 0..100; null if {@code fraction} says it, or for all
   */
  record Mirror(ServiceRef backend, @Nullable Integer percent, @Nullable Part fraction)
      implements RouteFilter {}

  /** {@code numerator} of {@code denominator}; the denominator is at least 1. */
  record Part(int numerator, int denominator) {}

  /**
   * {@code CORS}: tells browsers which origins may call.
   *
   * @param allowOrigins {@code *}, or scheme and host, which may begin with {@code *.}; at least
   *     one
   * @param maxAge seconds
   */
  record Cors(
      List<String> allowOrigins,
      boolean allowCredentials,
      List<String> allowMethods,
      List<String> allowHeaders,
      List<String> exposeHeaders,
      int maxAge)
      implements RouteFilter {
    public Cors {
      allowOrigins = List.copyOf(allowOrigins);
      allowMethods = List.copyOf(allowMethods);
      allowHeaders = List.copyOf(allowHeaders);
      exposeHeaders = List.copyOf(exposeHeaders);
    }
  }

  /** {@code ExtensionRef}: what the {@code HTTPRouteFilter} of this name says. */
  record Extension(String name) implements RouteFilter {}

  /**
   * Of an {@code HTTPRouteFilter}: answers instead of forwarding.
   *
   * @param status 200..599
   * @param contentType null: {@code text/plain}
   */
  record DirectResponse(int status, @Nullable String contentType, String body)
      implements RouteFilter {}

  /** Header changes; names are kept as written. */
  record HeaderChanges(List<Header> set, List<Header> add, List<String> remove) {
    public HeaderChanges {
      set = List.copyOf(set);
      add = List.copyOf(add);
      remove = List.copyOf(remove);
    }
  }

  /** A header's name and value. */
  record Header(String name, String value) {}

  /** A change of the path. */
  sealed interface PathChange {
    /** The whole path becomes this. */
    record ReplaceFullPath(String path) implements PathChange {}

    /**
     * Every match of the expression becomes the substitution, in which {@code \1} is the first
     * group; of an {@code HTTPRouteFilter}.
     */
    record ReplaceRegexMatch(String pattern, String substitution) implements PathChange {}

    /** What the path match matched becomes this; only in rules whose matches are all prefixes. */
    record ReplacePrefixMatch(String prefix) implements PathChange {}
  }
}
