package dev.weft.proxy.format;

import dev.weft.proxy.telemetry.Exchange;
import dev.weft.xds.model.MetadataKind;
import dev.weft.xds.model.MetadataValue;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A place in metadata.
 *
 * @param path the namespace and the keys below it
 */
public record MetadataPlace(MetadataKind kind, List<String> path) {
  public MetadataPlace {
    path = List.copyOf(path);
  }

  /** What is there: a text, number, boolean, list or map; null for nothing. */
  @Nullable Object value(Exchange exchange) {
    Object found =
        kind == MetadataKind.REQUEST ? exchange.dynamicMetadata() : exchange.written(kind);
    for (int i = 0; i < path.size() && found != null; i++) {
      Object fields = found instanceof MetadataValue.Fields(var inner) ? inner : found;
      found = fields instanceof Map<?, ?> map ? map.get(path.get(i)) : null;
    }
    return kind == MetadataKind.REQUEST ? found : plain(found);
  }

  /** The same as a text: texts as they are, everything else as JSON. */
  public @Nullable String text(Exchange exchange) {
    Object found = value(exchange);
    return switch (found) {
      case null -> null;
      case String text -> text;
      case AsciiString bytes -> ByteText.unicode(bytes);
      default -> {
        StringBuilder json = new StringBuilder();
        JsonText.write(found, json);
        yield ByteText.unicode(json); // JSON here is bytes
      }
    };
  }

  private static @Nullable Object plain(@Nullable Object value) {
    return switch (value) {
      case null -> null;
      case MetadataValue.Text(String text) -> text;
      case MetadataValue.Number(double number) -> number;
      case MetadataValue.Flag(boolean flag) -> flag;
      case MetadataValue.Nothing() -> null;
      case MetadataValue.Several(List<MetadataValue> values) -> {
        List<@Nullable Object> plain = new ArrayList<>(values.size());
        values.forEach(each -> plain.add(plain(each)));
        yield plain;
      }
      case MetadataValue.Fields(Map<String, MetadataValue> fields) -> plain(fields);
      case Map<?, ?> fields -> {
        Map<Object, @Nullable Object> plain = new HashMap<>();
        fields.forEach((name, each) -> plain.put(name, plain(each)));
        yield plain;
      }
      default -> value;
    };
  }
}
