package dev.weft.xds.match;

import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HeaderMatch.Range;
import dev.weft.xds.model.StringMatch;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Compiles header conditions. A repeated header's values are looked at one by one; an inverted
 * condition holds if none of them fits, and not if the header is missing.
 */
public final class HeaderMatcher {
  private HeaderMatcher() {}

  /**
   * Compiles conditions that must all hold.
   *
   * @throws IllegalArgumentException if one has a regular expression that RE2 does not take; a
   *     decoded resource never has one
   */
  public static Predicate<RequestView> all(List<HeaderMatch> matches) {
    List<Predicate<RequestView>> all = matches.stream().map(HeaderMatcher::compile).toList();
    return request -> {
      for (int i = 0; i < all.size(); i++) {
        if (!all.get(i).test(request)) {
          return false;
        }
      }
      return true;
    };
  }

  /** Compiles a condition. */
  public static Predicate<RequestView> compile(HeaderMatch match) {
    boolean invert = match.invert();
    boolean missingIsEmpty = match.treatMissingAsEmpty();
    String name = match.name().equals("host") ? ":authority" : match.name();
    Predicate<CharSequence> value = value(match);
    if (value == null) {
      boolean wanted = match.present() != invert;
      return request -> (missingIsEmpty || has(request, name)) == wanted;
    }
    boolean ifMissing = missingIsEmpty && value.test("") != invert;
    return switch (name) {
      // what every request has exactly once needs no look-up
      case ":method" -> request -> value.test(request.method()) != invert;
      case ":authority" -> request -> value.test(request.authority()) != invert;
      default ->
          request -> {
            if (request.anyHeader(name, value)) {
              return !invert;
            }
            return request.hasHeader(name) ? invert : ifMissing;
          };
    };
  }

  private static boolean has(RequestView request, String name) {
    return name.equals(":method") || name.equals(":authority") || request.hasHeader(name);
  }

  private static @Nullable Predicate<CharSequence> value(HeaderMatch match) {
    StringMatch text = match.value();
    if (text != null) {
      return StringMatcher.compile(text);
    }
    Range range = match.range();
    return range == null ? null : header -> inRange(header, range);
  }

  /** Whether the whole text is a decimal integer of 64 bits from start to below end. */
  static boolean inRange(CharSequence text, Range range) {
    int length = text.length();
    int i = 0;
    boolean negative = false;
    if (length > 0 && (text.charAt(0) == '-' || text.charAt(0) == '+')) {
      negative = text.charAt(0) == '-';
      i = 1;
    }
    if (i == length) {
      return false;
    }
    // counted downwards: the negative side has one number more
    long value = 0;
    for (; i < length; i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
        return false;
      }
      value = value * 10 - digit;
    }
    if (!negative) {
      if (value == Long.MIN_VALUE) {
        return false;
      }
      value = -value;
    }
    return value >= range.start() && value < range.end();
  }
}
