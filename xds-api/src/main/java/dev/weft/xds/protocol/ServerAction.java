package dev.weft.xds.protocol;

import dev.weft.xds.resource.XdsType;
import java.util.List;
import java.util.Map;

/**
 * What a server's stream has to do after an event, in this order.
 *
 * @param <P> the response message of the variant
 */
public sealed interface ServerAction<P> {
  /**
   * Send this response.
   *
   * @param revision of the snapshot its content comes from
   */
  record Send<P>(XdsType type, long revision, P response) implements ServerAction<P> {}

  /**
   * The client confirmed a response.
   *
   * @param revision of the snapshot the response was made from
   */
  record Acknowledged<P>(XdsType type, long revision) implements ServerAction<P> {}

  /**
   * The client refused a response. What it carried is not sent again unchanged on the server's own
   * account.
   *
   * @param revision of the snapshot the response was made from
   * @param reasons by name of the resource, if the client told (Weft's does); else empty
   * @param carried the names of the resources in the response
   */
  record Refused<P>(
      XdsType type,
      long revision,
      String message,
      Map<String, String> reasons,
      List<String> carried)
      implements ServerAction<P> {}

  /** The client asked for a type that Weft does not serve; it gets no answer, and may go on. */
  record Unsupported<P>(String typeUrl) implements ServerAction<P> {}

  /**
   * The client broke the protocol: end the stream with {@code INVALID_ARGUMENT} and this reason.
   */
  record Violation<P>(String reason) implements ServerAction<P> {}
}
