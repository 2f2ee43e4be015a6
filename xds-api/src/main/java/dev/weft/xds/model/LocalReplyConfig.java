package dev.weft.xds.model;

import dev.weft.xds.model.HeaderMutations.HeaderValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the answers that the proxy gives itself ({@code
 * envoy.extensions.filters.network.http_connection_manager.v3.LocalReplyConfig}).
 *
 * @param mappers the first whose filter an answer passes changes it
 * @param format the body, where the mapper has no format of its own; null for the body alone
 */
public record LocalReplyConfig(List<Mapper> mappers, @Nullable SubstitutionFormat format) {
  /** Changes nothing. */
  public static final LocalReplyConfig NONE = new LocalReplyConfig(List.of(), null);

  public LocalReplyConfig {
    mappers = List.copyOf(mappers);
  }

  /**
   * A change.
   *
   * @param status 200..599; 0 leaves it
   * @param body null leaves it
   * @param format of the body; null for the common one
   */
  public record Mapper(
      LogFilter filter,
      int status,
      @Nullable String body,
      @Nullable SubstitutionFormat format,
      List<HeaderValue> headers) {
    public Mapper {
      headers = List.copyOf(headers);
    }
  }
}
