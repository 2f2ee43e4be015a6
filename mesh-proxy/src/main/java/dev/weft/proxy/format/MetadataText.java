package dev.weft.proxy.format;

import io.netty.util.AsciiString;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What metadata has at a place, as a text: texts as they are, everything else as JSON. */
public final class MetadataText {
  private MetadataText() {}

  /**
   * The text; null if there is nothing.
   *
   * @param metadata values by namespaces
   * @param path the keys below the namespace
   */
  public static @Nullable String of(Map<String, ?> metadata, String namespace, List<String> path) {
    Object found = metadata.get(namespace);
    for (int i = 0; i < path.size() && found != null; i++) {
      found = found instanceof Map<?, ?> map ? map.get(path.get(i)) : null;
    }
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
}
