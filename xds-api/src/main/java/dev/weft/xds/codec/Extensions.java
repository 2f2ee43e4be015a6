package dev.weft.xds.codec;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Message;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Packs messages into {@code Any}, with equal bytes for equal messages. */
final class Extensions {
  private Extensions() {}

  static Any pack(Message message) {
    return Any.newBuilder()
        .setTypeUrl("type.googleapis.com/" + message.getDescriptorForType().getFullName())
        .setValue(deterministic(message))
        .build();
  }

  static boolean is(Any any, Message prototype) {
    return DecodeScope.typeName(any).equals(prototype.getDescriptorForType().getFullName());
  }

  /** Whether only Weft knows it, so that other proxies must be allowed to go without. */
  static boolean isOwn(Message message) {
    return message.getDescriptorForType().getFullName().startsWith("weft.");
  }

  /** Maps have no order of their own on the wire; equal messages must give equal versions. */
  private static ByteString deterministic(Message message) {
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
