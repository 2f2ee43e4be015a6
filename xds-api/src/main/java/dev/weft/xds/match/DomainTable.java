package dev.weft.xds.match;

import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds by host name: exact, then the longest {@code *suffix}, then the longest {@code prefix*},
 * then {@code *}. A star stands for at least one character.
 */
final class DomainTable<V> {
  private final AsciiTable<V> exact;
  private final AsciiTable<V> suffixes;
  private final AsciiTable<V> prefixes;
  private final @Nullable V any;

  private DomainTable(
      Map<String, V> exact, Map<String, V> suffixes, Map<String, V> prefixes, @Nullable V any) {
    this.exact = new AsciiTable<>(exact, false);
    this.suffixes = new AsciiTable<>(suffixes, true);
    this.prefixes = new AsciiTable<>(prefixes, false);
    this.any = any;
  }

  /**
   * Compiles a table from the values and the domains of each.
   *
   * @throws IllegalArgumentException if two values share a domain, or a star is in the middle
   */
  static <V> DomainTable<V> compile(
      Iterable<V> values, Function<V, ? extends Iterable<String>> domains) {
    Map<String, V> exact = new HashMap<>();
    Map<String, V> suffixes = new HashMap<>();
    Map<String, V> prefixes = new HashMap<>();
    Map<String, V> any = new HashMap<>();
    for (V value : values) {
      for (String domain : domains.apply(value)) {
        String lower = AsciiText.lower(domain);
        Map<String, V> kind = exact;
        String key = lower;
        if (lower.equals("*")) {
          kind = any;
        } else if (lower.startsWith("*")) {
          kind = suffixes;
          key = lower.substring(1);
        } else if (lower.endsWith("*")) {
          kind = prefixes;
          key = lower.substring(0, lower.length() - 1);
        }
        if (!lower.equals("*") && key.indexOf('*') >= 0) {
          throw new IllegalArgumentException(
              "the domain \"" + domain + "\" has a * that is neither its start nor its end");
        }
        if (kind.put(key, value) != null) {
          throw new IllegalArgumentException("the domain \"" + domain + "\" stands twice");
        }
      }
    }
    return new DomainTable<>(exact, suffixes, prefixes, any.get("*"));
  }

  /**
   * @param length how much of the text is the host
   */
  @Nullable V find(CharSequence host, int length) {
    V found = exact.get(host, 0, length);
    if (found == null) {
      found = suffixes.longest(host, length);
    }
    if (found == null) {
      found = prefixes.longest(host, length);
    }
    return found != null ? found : any;
  }
}
