package dev.weft.proxy.http;

import dev.weft.proxy.route.CompiledRoute;
import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.xds.match.RouteTable;
import dev.weft.xds.model.HttpConnectionManager;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a request asks for: the form of its path, and its route. */
final class RequestTarget {
  private RequestTarget() {}

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
        : routes.match(new RequestHeadView(request), random.nextLong());
  }
}
