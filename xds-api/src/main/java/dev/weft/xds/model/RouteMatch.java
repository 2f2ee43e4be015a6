package dev.weft.xds.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All of these must hold.
 *
 * @param grpcOnly only requests whose content type is gRPC
 * @param runtimeFraction the share of requests that may match; null is all
 * @param certificate what must hold of the client's certificate; null for anything
 * @param metadata what must hold of what is noted of the request before it has its route, which is
 *     nothing
 */
public record RouteMatch(
    PathMatch path,
    List<HeaderMatch> headers,
    List<QueryMatch> queryParameters,
    boolean grpcOnly,
    @Nullable Fraction runtimeFraction,
    @Nullable Certificate certificate,
    List<MetadataMatch> metadata) {
  public RouteMatch {
    headers = List.copyOf(headers);
    queryParameters = List.copyOf(queryParameters);
    metadata = List.copyOf(metadata);
  }

  /** Whatever certificate the client has. */
  public RouteMatch(
      PathMatch path,
      List<HeaderMatch> headers,
      List<QueryMatch> queryParameters,
      boolean grpcOnly,
      @Nullable Fraction runtimeFraction) {
    this(path, headers, queryParameters, grpcOnly, runtimeFraction, null, List.of());
  }

  /**
   * Whether a client has shown a certificate, and whether it was found valid ({@code tls_context});
   * a null part does not count.
   */
  public record Certificate(@Nullable Boolean presented, @Nullable Boolean validated) {}

  /** Any path that starts like this. */
  public static RouteMatch prefix(String prefix) {
    return new RouteMatch(new PathMatch.Prefix(prefix, true), List.of(), List.of(), false, null);
  }
}
