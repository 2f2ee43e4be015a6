package dev.weft.proxy.bootstrap;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;

/** Reads a message that somebody wrote as YAML or JSON. */
final class MessageFile {
  private MessageFile() {}

  /**
   * The message. Blocks.
   *
   * <p>Dynamic: the accessors of generated messages look up a Java method for each of their fields.
   *
   * @throws IllegalArgumentException if it is none, with the line or the path of the field
   * @throws IOException if the file cannot be read
   */
  static DynamicMessage read(Path file, Descriptor type) throws IOException {
    String json = YamlFile.toJson(file);
    DynamicMessage.Builder message = DynamicMessage.newBuilder(type);
    TypeRegistry known = KnownTypes.in(json);
    Set<String> foreign = KnownTypes.foreign(json, known);
    String readable = foreign.isEmpty() ? json : ForeignTypes.emptied(json, foreign);
    TypeRegistry types = foreign.isEmpty() ? known : KnownTypes.in(json, foreign);
    try {
      JsonFormat.parser().usingTypeRegistry(types).merge(readable, message);
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalArgumentException(FaultyField.describe(readable, type, types, e), e);
    }
    return message.build();
  }
}
