package dev.weft.proxy.route;

import dev.weft.xds.model.HttpConnectionManager.ScopeKeyPart;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which scope a request is of, by parts of its headers ({@code ScopeKeyBuilder}). Immutable. */
public final class ScopeKey {
  private final List<ScopeKeyPart> parts;
  private final List<AsciiString> headers;

  /**
   * @param parts at least one
   */
  public ScopeKey(List<ScopeKeyPart> parts) {
    this.parts = List.copyOf(parts);
    this.headers = parts.stream().map(part -> AsciiString.of(part.header())).toList();
  }

  /** The key of a request; null where its headers lack a part. */
  public @Nullable List<String> of(Http2Headers request) {
    List<String> key = new ArrayList<>(parts.size());
    for (int i = 0; i < parts.size(); i++) {
      CharSequence value = request.get(headers.get(i));
      String found = value == null ? null : part(parts.get(i), value.toString());
      if (found == null) {
        return null;
      }
      key.add(found);
    }
    return key;
  }

  private static @Nullable String part(ScopeKeyPart part, String value) {
    ScopeKeyPart.Pair pair = part.pair();
    int index = 0;
    int from = 0;
    while (from >= 0) {
      int end = part.separator().isEmpty() ? -1 : value.indexOf(part.separator(), from);
      String element = end < 0 ? value.substring(from) : value.substring(from, end);
      if (pair == null) {
        if (index == part.index()) {
          return element;
        }
      } else {
        int middle = element.indexOf(pair.separator());
        String key = middle < 0 ? element : element.substring(0, middle);
        if (key.equals(pair.key())) {
          return middle < 0 ? "" : element.substring(middle + pair.separator().length());
        }
      }
      index++;
      from = end < 0 ? -1 : end + part.separator().length();
    }
    return null;
  }
}
