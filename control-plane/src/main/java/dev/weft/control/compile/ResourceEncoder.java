package dev.weft.control.compile;

import com.google.protobuf.Any;
import dev.weft.xds.codec.Codecs;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.protocol.EncodedResource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Encodes resources, each distinct one once: equal models share their bytes, in all snapshots that
 * hold them and for all clients. What neither this nor the last compile used is forgotten. Any
 * thread may use it.
 */
final class ResourceEncoder {
  private final Codecs codecs;
  private volatile Generations generations =
      new Generations(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());

  private record Generations(
      Map<XdsResource, EncodedResource> current, Map<XdsResource, EncodedResource> last) {}

  ResourceEncoder(Codecs codecs) {
    this.codecs = codecs;
  }

  /** Starts a compile: what is not used from now on is forgotten by the next one. */
  void nextGeneration() {
    generations = new Generations(new ConcurrentHashMap<>(), generations.current());
  }

  /** The resource on the wire; its version is a hash of its bytes. */
  EncodedResource encode(XdsResource resource) {
    Generations now = generations;
    EncodedResource known = now.current().get(resource);
    if (known != null) {
      return known;
    }
    EncodedResource last = now.last().get(resource);
    EncodedResource encoded = last == null ? encodeAnew(resource) : last;
    EncodedResource raced = now.current().putIfAbsent(resource, encoded);
    return raced == null ? encoded : raced;
  }

  private EncodedResource encodeAnew(XdsResource resource) {
    Any body = codecs.encode(resource);
    return EncodedResource.of(resource.key(), version(body), body);
  }

  private static String version(Any body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      body.getValue().asReadOnlyByteBufferList().forEach(digest::update);
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256; this one does not", e);
    }
  }
}
