package dev.weft.xds.codec;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.weft.xds.model.MetadataValue;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import java.util.HashMap;
import java.util.Map;

/** {@code google.protobuf.Value} and the namespaces of {@code envoy.config.core.v3.Metadata}. */
final class MetadataValues {
  /** The namespace that is for balancing. */
  private static final String LB = "envoy.lb";

  /** The one that says how endpoints are spoken to. */
  private static final String TRANSPORT = "envoy.transport_socket_match";

  private MetadataValues() {}

  /** What metadata says for balancing. */
  static Map<String, MetadataValue> balancing(Metadata metadata) {
    return namespace(metadata, LB);
  }

  static Map<String, MetadataValue> namespace(Metadata metadata, String namespace) {
    return decode(metadata.getFilterMetadataOrDefault(namespace, Struct.getDefaultInstance()));
  }

  /** All that metadata says, by namespaces. */
  static Map<String, Map<String, MetadataValue>> namespaces(Metadata metadata) {
    Map<String, Map<String, MetadataValue>> namespaces = new HashMap<>();
    metadata.getFilterMetadataMap().forEach((name, of) -> namespaces.put(name, decode(of)));
    return namespaces;
  }

  static Metadata encodeNamespaces(Map<String, Map<String, MetadataValue>> namespaces) {
    Metadata.Builder metadata = Metadata.newBuilder();
    namespaces.forEach((name, of) -> metadata.putFilterMetadata(name, encode(of)));
    return metadata.build();
  }

  /** What metadata says of how an endpoint is spoken to. */
  static Map<String, MetadataValue> transport(Metadata metadata) {
    return namespace(metadata, TRANSPORT);
  }

  static Metadata transport(Map<String, MetadataValue> values) {
    return Metadata.newBuilder().putFilterMetadata(TRANSPORT, encode(values)).build();
  }

  static Metadata balancing(Map<String, MetadataValue> values) {
    return Metadata.newBuilder().putFilterMetadata(LB, encode(values)).build();
  }

  static Map<String, MetadataValue> decode(Struct struct) {
    Map<String, MetadataValue> fields = new HashMap<>();
    struct.getFieldsMap().forEach((name, value) -> fields.put(name, decode(value)));
    return fields;
  }

  private static MetadataValue decode(Value value) {
    return switch (value.getKindCase()) {
      case STRING_VALUE -> new MetadataValue.Text(value.getStringValue());
      case NUMBER_VALUE -> new MetadataValue.Number(value.getNumberValue());
      case BOOL_VALUE -> new MetadataValue.Flag(value.getBoolValue());
      case LIST_VALUE ->
          new MetadataValue.Several(
              value.getListValue().getValuesList().stream().map(MetadataValues::decode).toList());
      case STRUCT_VALUE -> new MetadataValue.Fields(decode(value.getStructValue()));
      case NULL_VALUE, KIND_NOT_SET -> new MetadataValue.Nothing();
    };
  }

  static Struct encode(Map<String, MetadataValue> values) {
    Struct.Builder struct = Struct.newBuilder();
    values.forEach((name, value) -> struct.putFields(name, encode(value)));
    return struct.build();
  }

  private static Value encode(MetadataValue value) {
    Value.Builder encoded = Value.newBuilder();
    switch (value) {
      case MetadataValue.Text(String text) -> encoded.setStringValue(text);
      case MetadataValue.Number(double number) -> encoded.setNumberValue(number);
      case MetadataValue.Flag(boolean flag) -> encoded.setBoolValue(flag);
      case MetadataValue.Nothing() -> encoded.setNullValue(NullValue.NULL_VALUE);
      case MetadataValue.Several several -> {
        ListValue.Builder list = ListValue.newBuilder();
        several.values().forEach(each -> list.addValues(encode(each)));
        encoded.setListValue(list);
      }
      case MetadataValue.Fields(Map<String, MetadataValue> fields) ->
          encoded.setStructValue(encode(fields));
    }
    return encoded.build();
  }
}
