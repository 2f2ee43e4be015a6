package dev.weft.xds.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import com.google.protobuf.Duration;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks at every field that is set in a message and holds it against the policy. It ends at
 * extensions ({@code Any}): whoever unpacks one walks it too. It reads the bytes, for protobuf's
 * own view of a message by its fields looks up a Java method for each field of each class.
 */
final class FieldWalk {
  private static final String WELL_KNOWN = "google.protobuf.";
  private static final int MAP_VALUE = 2;

  private final FieldPolicy policy;

  FieldWalk(FieldPolicy policy) {
    this.policy = policy;
  }

  /**
   * Notes a problem in {@code scope} for every field that is set and may not be.
   *
   * @param bytes what a parser of the type has taken
   */
  void check(Descriptor type, ByteString bytes, DecodeScope scope) {
    try {
      CodedInputStream in = bytes.newCodedInput();
      in.enableAliasing(true);
      check(in, type, null, false, scope);
    } catch (IOException e) {
      scope.problem("the bytes are no " + type.getFullName() + ": " + e.getMessage());
    }
  }

  private void check(
      CodedInputStream in,
      Descriptor type,
      @Nullable Descriptor parent,
      boolean strictAbove,
      DecodeScope scope)
      throws IOException {
    boolean strict = strictAbove || policy.strict(type);
    Map<FieldDescriptor, Integer> met = new HashMap<>();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      FieldDescriptor field = type.findFieldByNumber(WireFormat.getTagFieldNumber(tag));
      if (field == null || !fits(tag, field)) {
        unknown(WireFormat.getTagFieldNumber(tag), type, strict, scope);
        in.skipField(tag);
        continue;
      }
      boolean indexed = field.isRepeated() && !field.isMapField();
      int index = indexed ? met.merge(field, 1, Integer::sum) - 1 : 0;
      switch (policy.rule(field, parent)) {
        case FieldPolicy.Ignore() -> in.skipField(tag);
        case FieldPolicy.Local() ->
            throw new IllegalStateException("the policy says what is local, not the walk");
        case FieldPolicy.Reject() -> {
          if (given(in, tag, field)) {
            scope.at(field.getName()).problem("is not supported: leave it out");
          }
        }
        case FieldPolicy.Fixed(String value) -> {
          String text = text(in, field);
          if (!text.equals(value) && !isDefault(text, field)) {
            scope
                .at(field.getName())
                .problem("is not supported with any other value than " + value);
          }
        }
        case FieldPolicy.Enforce() -> {
          if (!descends(field)) {
            in.skipField(tag);
          } else if (field.isMapField()) {
            checkEntry(in.readBytes(), field, type, strict, scope);
          } else {
            DecodeScope at = indexed ? scope.at(field.getName(), index) : scope.at(field.getName());
            int outer = in.pushLimit(in.readRawVarint32());
            check(in, field.getMessageType(), type, strict, at);
            in.popLimit(outer);
          }
        }
      }
    }
  }

  private void checkEntry(
      ByteString entry, FieldDescriptor field, Descriptor type, boolean strict, DecodeScope scope)
      throws IOException {
    FieldDescriptor key = field.getMessageType().findFieldByNumber(1);
    FieldDescriptor value = field.getMessageType().findFieldByNumber(MAP_VALUE);
    String name = "";
    ByteString held = ByteString.EMPTY;
    CodedInputStream in = entry.newCodedInput();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> name = text(in, key);
        case MAP_VALUE -> held = in.readBytes();
        default -> in.skipField(tag);
      }
    }
    DecodeScope at = scope.at(field.getName(), name);
    check(held.newCodedInput(), value.getMessageType(), type, strict, at);
  }

  private static void unknown(int number, Descriptor type, boolean strict, DecodeScope scope) {
    String reason =
        "field number " + number + " of " + type.getFullName() + " is not known to this version";
    if (strict) {
      scope.problem(reason + ": leave it out");
    } else {
      scope.warning(reason + ": it has no effect");
    }
  }

  /** Whether these are bytes of the field: a parser takes others for a field it does not know. */
  private static boolean fits(int tag, FieldDescriptor field) {
    int wireType = WireFormat.getTagWireType(tag);
    return wireType == field.getLiteType().getWireType()
        || (field.isPackable() && wireType == WireFormat.WIRETYPE_LENGTH_DELIMITED);
  }

  /** Skips a field; whether it is set, and not to what it has anyway. */
  private static boolean given(CodedInputStream in, int tag, FieldDescriptor field)
      throws IOException {
    if (field.hasPresence() || field.isRepeated()) {
      in.skipField(tag);
      return true;
    }
    return switch (WireFormat.getTagWireType(tag)) {
      case WireFormat.WIRETYPE_VARINT -> in.readRawVarint64() != 0;
      case WireFormat.WIRETYPE_FIXED32 -> in.readRawLittleEndian32() != 0;
      case WireFormat.WIRETYPE_FIXED64 -> in.readRawLittleEndian64() != 0;
      default -> !in.readBytes().isEmpty();
    };
  }

  /** Whether this is the same as leaving the field out. */
  private static boolean isDefault(String text, FieldDescriptor field) {
    return !field.hasPresence()
        && !field.isRepeated()
        && text.equals(
            field.getDefaultValue() instanceof EnumValueDescriptor constant
                ? constant.getName()
                : String.valueOf(field.getDefaultValue()));
  }

  /** Whether there are fields below that the policy has rules for. */
  private static boolean descends(FieldDescriptor field) {
    FieldDescriptor element =
        field.isMapField() ? field.getMessageType().findFieldByNumber(MAP_VALUE) : field;
    return element.getJavaType() == JavaType.MESSAGE
        && !element.getMessageType().getFullName().startsWith(WELL_KNOWN);
  }

  /** A scalar, or what a wrapper holds, as it stands in the policy. */
  private static String text(CodedInputStream in, FieldDescriptor field) throws IOException {
    return switch (field.getType()) {
      case STRING -> in.readString();
      case BOOL -> String.valueOf(in.readBool());
      case ENUM -> field.getEnumType().findValueByNumberCreatingIfUnknown(in.readEnum()).getName();
      case INT32, INT64 -> String.valueOf(in.readInt64());
      case UINT32, UINT64 -> Long.toUnsignedString(in.readUInt64());
      case DOUBLE -> String.valueOf(in.readDouble());
      case FLOAT -> String.valueOf(in.readFloat());
      case MESSAGE -> wrapped(in.readBytes(), field.getMessageType());
      default -> throw new IOException("a policy fixes a value of type " + field.getType());
    };
  }

  private static String wrapped(ByteString bytes, Descriptor type) throws IOException {
    if (type.getFullName().equals(Duration.getDescriptor().getFullName())) {
      Duration duration = Duration.parseFrom(bytes);
      return duration.getSeconds() == 0 && duration.getNanos() == 0 ? "0s" : "other";
    }
    FieldDescriptor value = type.findFieldByName("value");
    if (value == null || value.getNumber() != 1) {
      return "other";
    }
    String text = String.valueOf(value.getDefaultValue());
    CodedInputStream in = bytes.newCodedInput();
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (WireFormat.getTagFieldNumber(tag) == 1) {
        text = text(in, value);
      } else {
        in.skipField(tag);
      }
    }
    return text;
  }
}
