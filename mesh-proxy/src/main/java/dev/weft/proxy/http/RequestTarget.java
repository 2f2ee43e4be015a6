package dev.weft.proxy.http;

import dev.weft.proxy.route.CompiledRoute;
import dev.weft.xds.match.RequestView;
import dev.weft.xds.match.RouteTable;
import dev.weft.xds.model.HttpConnectionManager;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.Iterator;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** A request's head as route matchers look at it. */
final class RequestTarget implements RequestView {
  private static final AsciiString HOST = AsciiString.cached("host");

  private final Http2Headers headers;
  private final CharSequence path;
  private final @Nullable CharSequence query;

  RequestTarget(Http2Headers headers) {
    this.headers = headers;
    CharSequence whole = orEmpty(headers.path());
    int mark = AsciiString.indexOf(whole, '?', 0);
    path = mark < 0 ? whole : part(whole, 0, mark);
    query = mark < 0 ? null : part(whole, mark + 1, whole.length());
  }

  /** Brings the path into the form the manager asks for; false if it has none. */
  static boolean normalize(Http2Headers request, HttpConnectionManager manager) {
    boolean normalize = manager.normalizePath();
    boolean merge = manager.mergeSlashes();
    CharSequence path = request.path();
    if (!normalize && !merge || path == null) {
      return true;
    }
    CharSequence normal = PathNormalizer.apply(path, normalize, merge);
    if (normal != null) {
      request.path(normal);
    }
    return normal != null;
  }

  /** The route of a request; null if none matches. */
  static @Nullable CompiledRoute match(
      RouteTable<CompiledRoute> routes, Http2Headers request, RandomGenerator random) {
    CharSequence method = request.method();
    // A tunnel needs a route of its own kind, which this version has not.
    return method != null && "CONNECT".contentEquals(method)
        ? null
        : routes.match(new RequestTarget(request), random.nextLong());
  }

  private static CharSequence part(CharSequence text, int start, int end) {
    return text instanceof AsciiString ascii
        ? ascii.subSequence(start, end, false)
        : text.subSequence(start, end);
  }

  private static CharSequence orEmpty(@Nullable CharSequence text) {
    return text == null ? "" : text;
  }

  @Override
  public CharSequence method() {
    return orEmpty(headers.method());
  }

  @Override
  public CharSequence authority() {
    return orEmpty(headers.authority());
  }

  @Override
  public CharSequence path() {
    return path;
  }

  @Override
  public @Nullable CharSequence query() {
    return query;
  }

  @Override
  public boolean hasHeader(CharSequence name) {
    return headers.contains(field(name));
  }

  @Override
  public boolean anyHeader(CharSequence name, Predicate<? super CharSequence> test) {
    Iterator<CharSequence> values = headers.valueIterator(field(name));
    while (values.hasNext()) {
      if (test.test(values.next())) {
        return true;
      }
    }
    return false;
  }

  /** In HTTP/2, and here, {@code host} is {@code :authority}. */
  private static CharSequence field(CharSequence name) {
    return HOST.contentEquals(name) ? Http2Headers.PseudoHeaderName.AUTHORITY.value() : name;
  }
}
