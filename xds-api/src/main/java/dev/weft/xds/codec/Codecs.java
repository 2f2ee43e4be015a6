package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.weft.xds.model.XdsResource;
import dev.weft.xds.resource.XdsType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Every resource type's codec behind one door. Immutable; any thread may use it. */
public final class Codecs {
  private final Map<XdsType, ResourceCodec<?, ?>> codecs = new EnumMap<>(XdsType.class);

  /** The codecs of every type, with the HTTP filters that Weft has. */
  public Codecs() {
    this(List.of());
  }

  Codecs(List<ResourceCodec<?, ?>> codecs) {
    codecs.forEach(codec -> this.codecs.put(codec.type(), codec));
  }

  /** Decodes a resource as it came in a discovery response; its type URL must be the type's. */
  public Decoded<? extends XdsResource> decode(XdsType type, Any resource) {
    if (!resource.getTypeUrl().equals(type.typeUrl())) {
      return invalid(
          "is of type \"" + resource.getTypeUrl() + "\", \"" + type.typeUrl() + "\" was expected");
    }
    return decode(type, resource.getValue());
  }

  /** Decodes the bytes of a resource; never throws. */
  public Decoded<? extends XdsResource> decode(XdsType type, ByteString bytes) {
    ResourceCodec<?, ?> codec = codecs.get(type);
    return codec == null
        ? invalid("resources of type " + type.typeUrl() + " are not supported")
        : decode(codec, bytes);
  }

  /** Encodes a resource; equal resources give equal bytes. */
  public Any encode(XdsResource resource) {
    XdsType type = resource.key().type();
    ResourceCodec<?, ?> codec = codecs.get(type);
    if (codec == null) {
      throw new IllegalArgumentException(
          "resources of type " + type.typeUrl() + " are not supported");
    }
    return Any.newBuilder()
        .setTypeUrl(type.typeUrl())
        .setValue(deterministic(message(codec, resource)))
        .build();
  }

  private static <P extends Message, M extends XdsResource> Decoded<M> decode(
      ResourceCodec<P, M> codec, ByteString bytes) {
    P message;
    try {
      @SuppressWarnings("unchecked") // a prototype's parser gives messages of its type
      P parsed = (P) codec.prototype().getParserForType().parseFrom(bytes);
      message = parsed;
    } catch (InvalidProtocolBufferException e) {
      return invalid("the bytes are no " + codec.type().typeUrl() + ": " + e.getMessage());
    }
    return codec.decode(message);
  }

  @SuppressWarnings("unchecked") // a resource's key names the type of its codec
  private static <M extends XdsResource> Message message(
      ResourceCodec<?, M> codec, XdsResource resource) {
    return codec.encode((M) resource);
  }

  private static <M> Decoded<M> invalid(String reason) {
    return new Decoded.Invalid<>(List.of(new Problem("", reason)), List.of());
  }

  /** Maps have no order of their own on the wire; equal messages must give equal versions. */
  static ByteString deterministic(Message message) {
    ByteString.Output bytes = ByteString.newOutput(message.getSerializedSize());
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.useDeterministicSerialization();
    try {
      message.writeTo(out);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the stream is in memory
    }
    return bytes.toByteString();
  }
}
