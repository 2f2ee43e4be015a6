package dev.weft.xds.codec;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.MapEntry;
import com.google.protobuf.Message;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every field that is set in a message and holds it against the policy. It ends at
 * extensions ({@code Any}): whoever unpacks one walks it too.
 */
final class FieldWalk {
  private static final String WELL_KNOWN = "google.protobuf.";

  private final FieldPolicy policy;

  FieldWalk(FieldPolicy policy) {
    this.policy = policy;
  }

  /** Notes a problem in {@code scope} for every field that is set and may not be. */
  void check(Message message, DecodeScope scope) {
    check(message, null, false, scope);
  }

  private void check(
      Message message, @Nullable Descriptor parent, boolean strictAbove, DecodeScope scope) {
    Descriptor type = message.getDescriptorForType();
    boolean strict = strictAbove || policy.strict(type);
    for (int number : message.getUnknownFields().asMap().keySet()) {
      String reason =
          "field number " + number + " of " + type.getFullName() + " is not known to this version";
      if (strict) {
        scope.problem(reason + ": leave it out");
      } else {
        scope.warning(reason + ": it has no effect");
      }
    }
    for (Map.Entry<FieldDescriptor, Object> set : message.getAllFields().entrySet()) {
      FieldDescriptor field = set.getKey();
      DecodeScope at = scope.at(field.getName());
      switch (policy.rule(field, parent)) {
        case FieldPolicy.Ignore() -> {}
        case FieldPolicy.Reject() -> at.problem("is not supported: leave it out");
        case FieldPolicy.Fixed(String value) -> {
          if (!text(set.getValue()).equals(value)) {
            at.problem("is not supported with any other value than " + value);
          }
        }
        case FieldPolicy.Enforce() -> descend(field, set.getValue(), type, strict, scope);
      }
    }
  }

  private void descend(
      FieldDescriptor field, Object value, Descriptor type, boolean strict, DecodeScope scope) {
    FieldDescriptor element = element(field);
    if (element.getJavaType() != JavaType.MESSAGE
        || element.getMessageType().getFullName().startsWith(WELL_KNOWN)) {
      return;
    }
    if (field.isMapField()) {
      for (Object entry : (List<?>) value) {
        MapEntry<?, ?> pair = (MapEntry<?, ?>) entry;
        DecodeScope at = scope.at(field.getName(), String.valueOf(pair.getKey()));
        check((Message) pair.getValue(), type, strict, at);
      }
    } else if (field.isRepeated()) {
      List<?> elements = (List<?>) value;
      for (int i = 0; i < elements.size(); i++) {
        check((Message) elements.get(i), type, strict, scope.at(field.getName(), i));
      }
    } else {
      check((Message) value, type, strict, scope.at(field.getName()));
    }
  }

  /** What holds the values: the field itself, or the values of a map. */
  private static FieldDescriptor element(FieldDescriptor field) {
    return field.isMapField() ? field.getMessageType().findFieldByName("value") : field;
  }

  /** A scalar, or what a wrapper holds, as it stands in the policy. */
  private static String text(Object value) {
    return switch (value) {
      case EnumValueDescriptor constant -> constant.getName();
      case com.google.protobuf.Duration duration ->
          duration.getSeconds() == 0 && duration.getNanos() == 0 ? "0s" : "other";
      case Message wrapper -> {
        FieldDescriptor field = wrapper.getDescriptorForType().findFieldByName("value");
        yield field == null ? "other" : wrapper.getField(field).toString();
      }
      default -> value.toString();
    };
  }
}
