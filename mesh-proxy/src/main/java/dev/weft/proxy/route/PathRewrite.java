package dev.weft.proxy.route;

import dev.weft.xds.match.RegexReplacer;
import dev.weft.xds.match.UriTemplate;
import dev.weft.xds.model.PathMatch;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What becomes of a path; its query stays. */
public final class PathRewrite {
  private static final AsciiString ORIGINAL_PATH = AsciiString.cached("x-envoy-original-path");

  /** Leaves the path alone. */
  public static final PathRewrite NONE = new PathRewrite(null);

  /** Of a path without its query. */
  private final @Nullable UnaryOperator<String> change;

  private PathRewrite(@Nullable UnaryOperator<String> change) {
    this.change = change;
  }

  /** Compiles a rewrite under a match; null changes nothing. */
  public static PathRewrite compile(
      dev.weft.xds.model.@Nullable PathRewrite rewrite, PathMatch match) {
    return switch (rewrite) {
      case null -> NONE;
      case dev.weft.xds.model.PathRewrite.Prefix(String prefix) -> prefix(prefix, match);
      case dev.weft.xds.model.PathRewrite.Regex(var regex) ->
          new PathRewrite(RegexReplacer.compile(regex)::apply);
      case dev.weft.xds.model.PathRewrite.Template(String template) -> {
        if (!(match instanceof PathMatch.Template(String matched))) {
          throw new IllegalArgumentException(
              "the path template " + template + " needs a match by template, not " + match);
        }
        yield new PathRewrite(UriTemplate.compile(matched).rewriteTo(template)::apply);
      }
    };
  }

  /** Under matches of the whole path a prefix replaces it all. */
  private static PathRewrite prefix(String replacement, PathMatch match) {
    if (replacement.isEmpty()) {
      return NONE;
    }
    return switch (match) {
      case PathMatch.Prefix(String prefix, boolean caseSensitive) ->
          after(prefix.length(), replacement);
      case PathMatch.PathSeparatedPrefix(String prefix, boolean caseSensitive) ->
          after(prefix.length(), replacement);
      case PathMatch.Exact _, PathMatch.Connect _, PathMatch.Regex _, PathMatch.Template _ ->
          new PathRewrite(path -> replacement);
    };
  }

  private static PathRewrite after(int matched, String replacement) {
    return new PathRewrite(path -> replacement + path.substring(Math.min(matched, path.length())));
  }

  /**
   * Gives a request its new path, if it has one.
   *
   * @param tell whether what it had is said in {@code x-envoy-original-path}
   */
  public void applyTo(Http2Headers request, boolean tell) {
    CharSequence path = request.path();
    if (change == null || path == null) {
      return;
    }
    if (tell) {
      request.set(ORIGINAL_PATH, path);
    }
    request.path(apply(path));
  }

  /**
   * The new path.
   *
   * @param path with its query; one that matched
   */
  public String apply(CharSequence path) {
    String old = path.toString();
    if (change == null) {
      return old;
    }
    int query = old.indexOf('?');
    return query < 0
        ? change.apply(old)
        : change.apply(old.substring(0, query)) + old.substring(query);
  }
}
