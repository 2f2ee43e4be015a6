package dev.weft.proxy.bootstrap;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Any;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds the field of a JSON text that its message does not take: protobuf's reader says what is
 * wrong, and not where. Each part is read by itself, from the outside in.
 */
final class FaultyField {
  private static final String TYPE = "@type";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final TypeRegistry types;
  private String path = "";
  private String problem;

  private FaultyField(TypeRegistry types, String problem) {
    this.types = types;
    this.problem = problem;
  }

  /**
   * What is wrong, with the path of its field in front.
   *
   * @param refusal of the whole text
   */
  static String describe(
      String json, Descriptor message, TypeRegistry types, InvalidProtocolBufferException refusal) {
    FaultyField found = new FaultyField(types, String.valueOf(refusal.getMessage()));
    try {
      found.search(JSON.readTree(json), message);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("was written as JSON here and is none", e);
    }
    return found.path.isEmpty() ? found.problem : found.path.substring(1) + ": " + found.problem;
  }

  /** Goes on into the first field that is refused by itself. */
  private void search(JsonNode node, Descriptor message) {
    if (!(node instanceof ObjectNode object)) {
      return;
    }
    boolean any = message.getFullName().equals(Any.getDescriptor().getFullName());
    String url = object.path(TYPE).asText();
    Descriptor content = any ? content(url) : message;
    if (content == null) {
      return;
    }
    for (Map.Entry<String, JsonNode> entry : object.properties()) {
      String name = entry.getKey();
      if (any && name.equals(TYPE)) {
        continue;
      }
      FieldDescriptor field = field(content, name);
      if (field == null) {
        path += "." + name;
        problem = "there is no such field in " + content.getFullName();
        return;
      }
      ObjectNode alone = JSON.createObjectNode();
      alone.set(name, entry.getValue());
      String refusal = refusal(alone, content);
      if (refusal != null) {
        path += "." + name;
        problem = refusal;
        into(entry.getValue(), field, name, content);
        return;
      }
    }
  }

  private void into(JsonNode value, FieldDescriptor field, String name, Descriptor message) {
    if (field.isMapField() && value instanceof ObjectNode entries) {
      for (Map.Entry<String, JsonNode> entry : entries.properties()) {
        ObjectNode one = JSON.createObjectNode();
        one.set(entry.getKey(), entry.getValue());
        if (part(one, name, message)) {
          path += "[\"" + entry.getKey() + "\"]";
          element(entry.getValue(), field.getMessageType().findFieldByName("value"));
          return;
        }
      }
    } else if (field.isRepeated() && value instanceof ArrayNode elements) {
      for (int i = 0; i < elements.size(); i++) {
        if (part(JSON.createArrayNode().add(elements.get(i)), name, message)) {
          path += "[" + i + "]";
          element(elements.get(i), field);
          return;
        }
      }
    } else {
      element(value, field);
    }
  }

  /** Whether a part of a field's value is refused by itself. */
  private boolean part(JsonNode value, String name, Descriptor message) {
    ObjectNode alone = JSON.createObjectNode();
    alone.set(name, value);
    String refusal = refusal(alone, message);
    if (refusal != null) {
      problem = refusal;
    }
    return refusal != null;
  }

  private void element(JsonNode value, FieldDescriptor field) {
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      search(value, field.getMessageType());
    }
  }

  private @Nullable Descriptor content(String url) {
    try {
      return types.getDescriptorForTypeUrl(url);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static @Nullable FieldDescriptor field(Descriptor message, String name) {
    for (FieldDescriptor field : message.getFields()) {
      if (field.getName().equals(name) || field.getJsonName().equals(name)) {
        return field;
      }
    }
    return null;
  }

  private @Nullable String refusal(JsonNode node, Descriptor message) {
    try {
      JsonFormat.parser()
          .usingTypeRegistry(types)
          .merge(node.toString(), DynamicMessage.newBuilder(message));
      return null;
    } catch (InvalidProtocolBufferException e) {
      return String.valueOf(e.getMessage());
    }
  }
}
