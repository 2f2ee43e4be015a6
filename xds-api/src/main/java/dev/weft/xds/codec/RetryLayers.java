package dev.weft.xds.codec;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Metadata;

/**
 * Whether only one layer of a chain of calls retries: {@code one_layer} of the metadata {@code
 * weft.retries}, which proxies that do not know it ignore.
 */
final class RetryLayers {
  private static final String NAMESPACE = "weft.retries";
  private static final String ONE_LAYER = "one_layer";

  static final Metadata ONE =
      Metadata.newBuilder()
          .putFilterMetadata(
              NAMESPACE,
              Struct.newBuilder()
                  .putFields(ONE_LAYER, Value.newBuilder().setBoolValue(true).build())
                  .build())
          .build();

  private RetryLayers() {}

  static boolean decode(Metadata metadata, DecodeScope scope) {
    Struct said = metadata.getFilterMetadataOrDefault(NAMESPACE, Struct.getDefaultInstance());
    DecodeScope at = scope.at("filter_metadata", NAMESPACE);
    said.getFieldsMap()
        .forEach(
            (name, value) -> {
              at.at(name)
                  .require(name.equals(ONE_LAYER), "is not known: only " + ONE_LAYER + " is");
              at.at(name).require(value.hasBoolValue(), "must be true or false");
            });
    return said.getFieldsOrDefault(ONE_LAYER, Value.getDefaultInstance()).getBoolValue();
  }
}
