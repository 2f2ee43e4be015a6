package dev.weft.xds.match;

import dev.weft.xds.model.QueryMatch;
import dev.weft.xds.model.StringMatch;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compiles conditions on query parameters: the first one of the name counts, nothing is decoded and
 * case matters.
 */
final class QueryMatcher {
  private QueryMatcher() {}

  static Predicate<RequestView> compile(QueryMatch match) {
    String name = match.name();
    StringMatch wanted = match.value();
    StringMatcher value = wanted == null ? null : StringMatcher.compile(wanted);
    return request -> matches(request.query(), name, value);
  }

  private static boolean matches(
      @Nullable CharSequence query, String name, @Nullable StringMatcher value) {
    if (query == null) {
      return false;
    }
    int length = query.length();
    for (int start = 0; start < length; ) {
      int separator = AsciiText.indexOf(query, '&', start, length);
      int end = separator < 0 ? length : separator;
      int equals = AsciiText.indexOf(query, '=', start, end);
      int nameEnd = equals < 0 ? end : equals;
      if (nameEnd - start == name.length() && AsciiText.at(query, start, name, false)) {
        if (value == null) {
          return true;
        }
        return value.test(equals < 0 ? "" : query.subSequence(equals + 1, end));
      }
      start = end + 1;
    }
    return false;
  }
}
