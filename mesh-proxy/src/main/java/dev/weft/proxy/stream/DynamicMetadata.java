package dev.weft.proxy.stream;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What filters note of a request for others to read, by namespace and key: texts, numbers,
 * booleans, and lists and maps of them. Confined to the request's loop.
 */
public final class DynamicMetadata {
  private final Map<String, Map<String, Object>> namespaces = new LinkedHashMap<>();

  /** Notes a value, in place of one that is there. */
  public void put(String namespace, String key, Object value) {
    namespaces.computeIfAbsent(namespace, n -> new LinkedHashMap<>()).put(key, value);
  }

  /** All of it, by namespace. */
  public Map<String, ?> namespaces() {
    return Collections.unmodifiableMap(namespaces);
  }

  /** What was noted under a namespace; empty if nothing was. */
  public Map<String, Object> namespace(String namespace) {
    Map<String, Object> found = namespaces.get(namespace);
    return found == null ? Map.of() : Collections.unmodifiableMap(found);
  }

  /** A value; null if there is none. */
  public @Nullable Object get(String namespace, String key) {
    return namespace(namespace).get(key);
  }
}
