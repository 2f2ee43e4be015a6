package dev.weft.xds.codec;

import com.google.protobuf.Message;
import dev.weft.xds.model.HttpFilterRouteConfig;

/**
 * Converts what routes say of one HTTP filter, both ways. Stateless. Its message's fields have
 * their place in the field policy like any others.
 *
 * @param <P> Envoy's message
 * @param <M> the model
 */
interface RouteFilterCodec<P extends Message, M extends HttpFilterRouteConfig> {
  /** An empty message, to parse with. */
  P prototype();

  /** The class of the model that it encodes. */
  Class<M> model();

  /**
   * Converts a message whose fields have been checked.
   *
   * @param scope where the message stands; every problem is noted there
   */
  M decode(P message, DecodeScope scope);

  /** The message that Envoy reads as this model. */
  P encode(M model);
}
