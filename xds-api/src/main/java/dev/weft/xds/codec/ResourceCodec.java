package dev.weft.xds.codec;

import com.google.protobuf.Message;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.resource.XdsType;

/**
 * Converts one type of resource, both ways. Stateless.
 *
 * @param <P> Envoy's message
 * @param <M> the model
 */
public interface ResourceCodec<P extends Message, M extends XdsResource> {
  XdsType type();

  /** An empty message, to parse with. */
  P prototype();

  /** Validates a message; every default is filled in, every problem collected. Never throws. */
  Decoded<M> decode(P message);

  /** The message that Envoy reads as this model; equal models give equal messages. */
  P encode(M model);
}
