package dev.weft.proxy.route;

import dev.weft.proxy.stream.FieldValues;
import dev.weft.xds.match.RegexReplacer;
import dev.weft.xds.model.HostRewrite;
import dev.weft.xds.model.RouteAction;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/** A compiled {@link HostRewrite}: what authority endpoints see. */
public final class HostChange {
  /** Leaves it alone. */
  public static final HostChange NONE = new HostChange(null, false, false);

  private static final AsciiString ORIGINAL_HOST = AsciiString.cached("x-envoy-original-host");
  private static final AsciiString FORWARDED_HOST = AsciiString.cached("x-forwarded-host");

  private final @Nullable Source source;
  private final boolean followsEndpoint;
  private final boolean appendForwarded;

  private HostChange(@Nullable Source source, boolean followsEndpoint, boolean appendForwarded) {
    this.source = source;
    this.followsEndpoint = followsEndpoint;
    this.appendForwarded = appendForwarded;
  }

  /** Gives the new authority; null or empty for the old one. */
  @FunctionalInterface
  private interface Source {
    @Nullable CharSequence of(Http2Headers request, @Nullable CharSequence endpoint);
  }

  /** Compiles the host's part of a rewrite. */
  static HostChange compile(RouteAction.@Nullable Rewrite rewrite) {
    HostRewrite host = rewrite == null ? null : rewrite.host();
    if (rewrite == null || host == null) {
      return NONE;
    }
    Source source =
        switch (host) {
          case HostRewrite.Literal(String literal) -> {
            AsciiString fixed = AsciiString.of(literal);
            yield (request, endpoint) -> fixed;
          }
          case HostRewrite.Auto() -> (request, endpoint) -> endpoint;
          case HostRewrite.Header(String name) -> {
            AsciiString header = AsciiString.of(name);
            yield (request, endpoint) -> request.get(header);
          }
          case HostRewrite.PathRegex(var regex) -> {
            RegexReplacer replacer = RegexReplacer.compile(regex);
            yield (request, endpoint) -> replacer.apply(withoutQuery(request.path()));
          }
        };
    return new HostChange(source, host instanceof HostRewrite.Auto, rewrite.appendForwardedHost());
  }

  private static CharSequence withoutQuery(@Nullable CharSequence path) {
    if (path == null) {
      return "";
    }
    int query = AsciiString.indexOf(path, '?', 0);
    return query < 0 ? path : path.subSequence(0, query);
  }

  /** Whether it is made for each try, when its endpoint is known. */
  public boolean followsEndpoint() {
    return followsEndpoint;
  }

  /**
   * Changes a request.
   *
   * @param endpoint the name of the endpoint that is picked; null while none is, or where it has
   *     none
   * @param tell whether the request says what host it had
   */
  public void apply(Http2Headers request, @Nullable CharSequence endpoint, boolean tell) {
    CharSequence host = source == null ? null : source.of(request, endpoint);
    if (host == null || host.isEmpty()) {
      return;
    }
    CharSequence old = request.authority();
    if (old != null && !old.isEmpty()) {
      if (tell) {
        request.set(ORIGINAL_HOST, old);
      }
      if (appendForwarded) {
        appendForwarded(request, old);
      }
    }
    request.authority(host);
  }

  /** Adds a host, unless it is the one that stands there last, after a try before this one. */
  private static void appendForwarded(Http2Headers request, CharSequence host) {
    CharSequence listed = FieldValues.listed(request, FORWARDED_HOST);
    String before = listed == null ? "" : listed.toString();
    if (!before.substring(before.lastIndexOf(',') + 1).contentEquals(host)) {
      request.set(FORWARDED_HOST, FieldValues.with(before, ",", host));
    }
  }
}
