package dev.weft.proxy.http;

import dev.weft.proxy.route.CompiledRoute;
import dev.weft.proxy.stream.ConnectionInfo;
import dev.weft.proxy.stream.RequestHeadView;
import dev.weft.proxy.stream.RequestSyntax;
import dev.weft.xds.match.RouteTable;
import dev.weft.xds.model.HttpConnectionManager;
import dev.weft.xds.model.HttpConnectionManager.EscapedSlashes;
import io.netty.handler.codec.http2.Http2Headers;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What a request asks for: the form of its path, and its route. */
final class RequestTarget {
  private RequestTarget() {}

  /** What is to be done with a request for its path. */
  enum PathVerdict {
    /** The path is what route, filters and endpoint are to see. */
    GO_ON,
    /** The client is to come back with the path as it is now. */
    REDIRECT,
    /** There is no one form of it. */
    REFUSE
  }

  /** Brings the path into the form that the manager asks for. */
  static PathVerdict normalize(Http2Headers request, HttpConnectionManager manager) {
    CharSequence path = request.path();
    if (path == null) {
      return PathVerdict.GO_ON;
    }
    if (EscapedPath.isAmbiguous(path)) {
      return PathVerdict.REFUSE;
    }
    boolean unescaped = false;
    if (manager.escapedSlashes() != EscapedSlashes.KEEP_UNCHANGED) {
      String plain = EscapedPath.withSlashes(path);
      unescaped = plain != null;
      if (unescaped && manager.escapedSlashes() == EscapedSlashes.REJECT_REQUEST) {
        return PathVerdict.REFUSE;
      }
      path = plain == null ? path : plain;
    }
    boolean normalize = manager.normalizePath();
    boolean merge = manager.mergeSlashes();
    if (normalize || merge) {
      path = PathNormalizer.apply(path, normalize, merge);
    }
    // A backslash that no rule has made a slash is none to some servers, and one to others.
    if (path == null || unescaped && RequestSyntax.pathProblem("", path) != null) {
      return PathVerdict.REFUSE;
    }
    if (unescaped || normalize || merge) {
      request.path(path);
    }
    if (!unescaped || manager.escapedSlashes() == EscapedSlashes.UNESCAPE_AND_FORWARD) {
      return PathVerdict.GO_ON;
    }
    // A location with two slashes at its start is another host's.
    return path.length() > 1 && path.charAt(1) == '/' ? PathVerdict.REFUSE : PathVerdict.REDIRECT;
  }

  /** The route of a request; null if none matches. */
  static @Nullable CompiledRoute match(
      RouteTable<CompiledRoute> routes,
      Http2Headers request,
      ConnectionInfo connection,
      RandomGenerator random) {
    return routes.match(new RequestHeadView(request, connection), random.nextLong());
  }
}
