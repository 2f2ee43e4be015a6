package dev.weft.proxy.bootstrap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.DescriptorProtos.DescriptorProto;
import com.google.protobuf.DescriptorProtos.FileDescriptorProto;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.DescriptorValidationException;
import com.google.protobuf.Descriptors.FileDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Messages in a {@code typed_config} that are none of {@link KnownTypes}: they are read as empty
 * ones of their names. So whoever finds one can say which field it stands in, or pass it over where
 * the configuration allows that.
 */
final class ForeignTypes {
  private static final String TYPE = "@type";
  private static final ObjectMapper JSON = new ObjectMapper();

  private ForeignTypes() {}

  /** The same text, in which messages of these names have no fields. */
  static String emptied(String json, Set<String> names) {
    try {
      JsonNode whole = JSON.readTree(json);
      empty(whole, names);
      return JSON.writeValueAsString(whole);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("was written as JSON here and is none", e);
    }
  }

  private static void empty(JsonNode node, Set<String> names) {
    String type = node.path(TYPE).asText();
    if (node instanceof ObjectNode object && names.contains(name(type))) {
      object.removeAll();
      object.put(TYPE, type);
    }
    node.forEach(child -> empty(child, names));
  }

  private static String name(String url) {
    return url.substring(url.lastIndexOf('/') + 1);
  }

  /** Messages of these names, without fields; of what can be no name none. */
  static List<Descriptor> descriptors(Set<String> names) {
    List<Descriptor> messages = new ArrayList<>(names.size());
    for (String name : names) {
      int dot = name.lastIndexOf('.');
      FileDescriptorProto file =
          FileDescriptorProto.newBuilder()
              .setName(name + ".proto")
              .setPackage(dot < 0 ? "" : name.substring(0, dot))
              .addMessageType(DescriptorProto.newBuilder().setName(name.substring(dot + 1)))
              .build();
      try {
        messages.add(
            FileDescriptor.buildFrom(file, new FileDescriptor[0]).getMessageTypes().getFirst());
      } catch (DescriptorValidationException e) {
        continue; // reading the text says so, and where
      }
    }
    return messages;
  }
}
