package dev.weft.xds.match;

import dev.weft.xds.model.MetadataMatch;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A compiled {@link MetadataMatch}. Values are texts, numbers, truths, and lists and maps of them.
 * Immutable.
 */
public final class MetadataMatcher {
  private final String namespace;
  private final String[] path;
  private final Predicate<@Nullable Object> value;
  private final boolean invert;

  private MetadataMatcher(MetadataMatch match) {
    this.namespace = match.namespace();
    this.path = match.path().toArray(String[]::new);
    this.value = compile(match.value());
    this.invert = match.invert();
  }

  /**
   * Compiles a condition.
   *
   * @throws IllegalArgumentException for an expression that RE2 does not take; a decoded resource
   *     has none
   */
  public static MetadataMatcher compile(MetadataMatch match) {
    return new MetadataMatcher(match);
  }

  /** Whether it holds of what is noted by namespace and key. */
  public boolean matches(Map<String, ?> namespaces) {
    return value.test(value(namespaces)) != invert;
  }

  /** Whether its value is such a one; {@code invert} does not count. */
  public boolean fits(@Nullable Object noted) {
    return value.test(noted);
  }

  /** The value that it is about; null if it is not there. */
  public @Nullable Object value(Map<String, ?> namespaces) {
    Object found = namespaces.get(namespace);
    for (int i = 0; i < path.length && found != null; i++) {
      found = found instanceof Map<?, ?> map ? map.get(path[i]) : null;
    }
    return found;
  }

  private static Predicate<@Nullable Object> compile(MetadataMatch.Value match) {
    return switch (match) {
      case MetadataMatch.Null() -> noted -> false; // what is noted is never null
      case MetadataMatch.Number(double wanted) ->
          noted -> noted instanceof Number number && number.doubleValue() == wanted;
      case MetadataMatch.Range(double start, double end) ->
          noted ->
              noted instanceof Number number
                  && number.doubleValue() >= start
                  && number.doubleValue() < end;
      case MetadataMatch.Text(var text) -> {
        StringMatcher matcher = StringMatcher.compile(text);
        yield noted -> noted instanceof CharSequence chars && matcher.test(chars);
      }
      case MetadataMatch.Truth(boolean wanted) ->
          noted -> noted instanceof Boolean truth && truth == wanted;
      case MetadataMatch.Present(boolean wanted) -> noted -> wanted && noted != null;
      case MetadataMatch.Element(var element) -> {
        Predicate<@Nullable Object> one = compile(element);
        yield noted -> noted instanceof List<?> list && list.stream().anyMatch(one::test);
      }
      case MetadataMatch.AnyOf(var values) -> {
        List<Predicate<@Nullable Object>> all =
            values.stream().map(MetadataMatcher::compile).toList();
        yield noted -> all.stream().anyMatch(one -> one.test(noted));
      }
    };
  }
}
