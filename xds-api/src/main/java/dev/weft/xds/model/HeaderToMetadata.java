package dev.weft.xds.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Notes headers as metadata of the request ({@code
 * envoy.extensions.filters.http.header_to_metadata.v3.Config}).
 *
 * @param request rules for requests
 * @param response rules for responses
 */
public record HeaderToMetadata(List<Rule> request, List<Rule> response)
    implements HttpFilterRouteConfig {
  public HeaderToMetadata {
    request = List.copyOf(request);
    response = List.copyOf(response);
  }

  /**
   * One rule.
   *
   * @param name of the header or cookie
   * @param present what is noted where it is there; null for nothing
   * @param missing what is noted where it is not; null for nothing
   * @param remove whether the header goes away
   */
  public record Rule(
      String name,
      boolean cookie,
      @Nullable Note present,
      @Nullable Note missing,
      boolean remove) {}

  /**
   * What is noted.
   *
   * @param value empty for the header's
   * @param rewrite of the header's value; null for none
   */
  public record Note(
      String namespace,
      String key,
      String value,
      @Nullable RegexRewrite rewrite,
      boolean number,
      boolean base64) {}
}
