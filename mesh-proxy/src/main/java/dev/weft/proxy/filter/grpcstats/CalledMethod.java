package dev.weft.proxy.filter.grpcstats;

import dev.weft.proxy.telemetry.GrpcMethod;
import org.jspecify.annotations.Nullable;

/** Reads which method a path calls: {@code /package.Service/Method}. */
final class CalledMethod {
  private CalledMethod() {}

  /**
   * The method; slashes more than needed, and a query, do not count, as with Envoy.
   *
   * @return null if the path has not exactly two parts
   */
  static @Nullable GrpcMethod of(CharSequence path) {
    String text = path.toString();
    int query = text.indexOf('?');
    int end = query < 0 ? text.length() : query;
    int service = slashes(text, 0, end);
    int serviceEnd = part(text, service, end);
    int method = slashes(text, serviceEnd, end);
    int methodEnd = part(text, method, end);
    if (methodEnd == method || slashes(text, methodEnd, end) < end) {
      return null;
    }
    return new GrpcMethod(text.substring(service, serviceEnd), text.substring(method, methodEnd));
  }

  /** Where the slashes end that stand at this place. */
  private static int slashes(String text, int from, int end) {
    int at = from;
    while (at < end && text.charAt(at) == '/') {
      at++;
    }
    return at;
  }

  /** Where the part ends that begins at this place. */
  private static int part(String text, int from, int end) {
    int slash = text.indexOf('/', from);
    return slash < 0 || slash > end ? end : slash;
  }
}
