package dev.weft.xds.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All of these must hold.
 *
 * @param grpcOnly only requests whose content type is gRPC
 * @param runtimeFraction the share of requests that may match; null is all
 */
public record RouteMatch(
    PathMatch path,
    List<HeaderMatch> headers,
    List<QueryMatch> queryParameters,
    boolean grpcOnly,
    @Nullable Fraction runtimeFraction) {
  public RouteMatch {
    headers = List.copyOf(headers);
    queryParameters = List.copyOf(queryParameters);
  }

  /** Any path that starts like this. */
  public static RouteMatch prefix(String prefix) {
    return new RouteMatch(new PathMatch.Prefix(prefix, true), List.of(), List.of(), false, null);
  }
}
