package dev.weft.xds.protocol;

import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.core.v3.Locality;
import io.envoyproxy.envoy.config.core.v3.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Who a client is: Envoy's {@code Node} as plain values. Empty strings stand for what is not known.
 *
 * @param metadata JSON-like: strings, numbers, booleans, lists, maps with string keys and null
 * @param features the {@code client_features}
 */
public record ClientNode(
    String id,
    String cluster,
    String userAgentName,
    String userAgentVersion,
    String region,
    String zone,
    String subZone,
    Map<String, ? extends @Nullable Object> metadata,
    List<String> features) {

  /** Deeper metadata is refused: it comes from strangers. */
  private static final int MAX_DEPTH = 32;

  public ClientNode {
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
    features = List.copyOf(features);
  }

  /** A node without locality and features. */
  public static ClientNode of(
      String id, String cluster, String version, Map<String, ? extends @Nullable Object> metadata) {
    return new ClientNode(id, cluster, "weft", version, "", "", "", metadata, List.of());
  }

  /** The same, told by this program; with no features but those it has by itself. */
  public ClientNode toldBy(String name, String version) {
    return new ClientNode(id, cluster, name, version, region, zone, subZone, metadata, List.of());
  }

  /**
   * Reads the message.
   *
   * @throws IllegalArgumentException if the metadata is nested deeper than 32 levels
   */
  public static ClientNode from(Node node) {
    Locality locality = node.getLocality();
    return new ClientNode(
        node.getId(),
        node.getCluster(),
        node.getUserAgentName(),
        node.getUserAgentVersion(),
        locality.getRegion(),
        locality.getZone(),
        locality.getSubZone(),
        plain(node.getMetadata(), 0),
        List.copyOf(node.getClientFeaturesList()));
  }

  /**
   * The message.
   *
   * @throws IllegalArgumentException if the metadata holds something that JSON does not know
   */
  public Node toMessage() {
    Node.Builder node =
        Node.newBuilder()
            .setId(id)
            .setCluster(cluster)
            .setUserAgentName(userAgentName)
            .setUserAgentVersion(userAgentVersion)
            .addAllClientFeatures(features);
    if (!region.isEmpty() || !zone.isEmpty() || !subZone.isEmpty()) {
      node.setLocality(Locality.newBuilder().setRegion(region).setZone(zone).setSubZone(subZone));
    }
    if (!metadata.isEmpty()) {
      node.setMetadata(struct(metadata, "metadata"));
    }
    return node.build();
  }

  private static Struct struct(Map<?, ?> values, String path) {
    Struct.Builder struct = Struct.newBuilder();
    values.forEach(
        (key, value) -> struct.putFields(String.valueOf(key), value(value, path + "." + key)));
    return struct.build();
  }

  private static Value value(@Nullable Object value, String path) {
    Value.Builder message = Value.newBuilder();
    return switch (value) {
      case null -> message.setNullValue(NullValue.NULL_VALUE).build();
      case String text -> message.setStringValue(text).build();
      case Number number -> message.setNumberValue(number.doubleValue()).build();
      case Boolean bool -> message.setBoolValue(bool).build();
      case Map<?, ?> map -> message.setStructValue(struct(map, path)).build();
      case Iterable<?> items -> {
        ListValue.Builder list = ListValue.newBuilder();
        items.forEach(item -> list.addValues(value(item, path + "[]")));
        yield message.setListValue(list).build();
      }
      default ->
          throw new IllegalArgumentException(
              path + " is a " + value.getClass().getName() + "; use JSON-like values");
    };
  }

  private static Map<String, @Nullable Object> plain(Struct struct, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "node.metadata is nested deeper than " + MAX_DEPTH + " levels; flatten it");
    }
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    struct.getFieldsMap().forEach((key, value) -> map.put(key, plain(value, depth + 1)));
    return Collections.unmodifiableMap(map);
  }

  private static @Nullable Object plain(Value value, int depth) {
    if (depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "node.metadata is nested deeper than " + MAX_DEPTH + " levels; flatten it");
    }
    return switch (value.getKindCase()) {
      case STRING_VALUE -> value.getStringValue();
      case NUMBER_VALUE -> value.getNumberValue();
      case BOOL_VALUE -> value.getBoolValue();
      case STRUCT_VALUE -> plain(value.getStructValue(), depth);
      case LIST_VALUE -> {
        List<@Nullable Object> list = new ArrayList<>();
        value.getListValue().getValuesList().forEach(item -> list.add(plain(item, depth + 1)));
        yield Collections.unmodifiableList(list);
      }
      case NULL_VALUE, KIND_NOT_SET -> null;
    };
  }
}
