package dev.weft.xds.client;

import dev.weft.xds.resource.ResourceKey;
import java.nio.ByteBuffer;

/**
 * The last good value of a resource.
 *
 * @param version as the server gave it; opaque
 * @param model what the decoder made of it
 * @param bytes the encoded message, to be kept on disk and decoded again; read-only
 * @param withdrawn whether the server has since said that it does not exist. Listeners and clusters
 *     are dropped then; what they refer to stays for as long as it is subscribed, because traffic
 *     may depend on it
 */
public record StoredResource(
    ResourceKey key, String version, Object model, ByteBuffer bytes, boolean withdrawn) {
  public StoredResource {
    bytes = bytes.asReadOnlyBuffer();
  }

  /** A view with a position of its own. */
  @Override
  public ByteBuffer bytes() {
    return bytes.duplicate();
  }

  StoredResource withdraw() {
    return new StoredResource(key, version, model, bytes, true);
  }
}
