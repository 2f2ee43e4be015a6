package dev.weft.xds.codec;

import dev.weft.xds.model.HeaderMatch;
import dev.weft.xds.model.HeaderMatch.Range;
import dev.weft.xds.model.StringMatch;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.type.v3.Int64Range;
import org.jspecify.annotations.Nullable;

/** {@code envoy.config.route.v3.HeaderMatcher}, its older forms included. */
final class HeaderMatches {
  private HeaderMatches() {}

  static HeaderMatch decode(HeaderMatcher matcher, DecodeScope scope) {
    StringMatch value = null;
    Range range = null;
    boolean present = true;
    switch (matcher.getHeaderMatchSpecifierCase()) {
      case STRING_MATCH ->
          value = StringMatches.decode(matcher.getStringMatch(), scope.at("string_match"));
      case EXACT_MATCH -> value = new StringMatch.Exact(matcher.getExactMatch(), false);
      case PREFIX_MATCH ->
          value =
              new StringMatch.Prefix(
                  Wire.text(matcher.getPrefixMatch(), scope.at("prefix_match")), false);
      case SUFFIX_MATCH ->
          value =
              new StringMatch.Suffix(
                  Wire.text(matcher.getSuffixMatch(), scope.at("suffix_match")), false);
      case CONTAINS_MATCH ->
          value =
              new StringMatch.Contains(
                  Wire.text(matcher.getContainsMatch(), scope.at("contains_match")), false);
      case SAFE_REGEX_MATCH ->
          value =
              new StringMatch.Regex(
                  StringMatches.regex(matcher.getSafeRegexMatch(), scope.at("safe_regex_match")));
      case RANGE_MATCH ->
          range = new Range(matcher.getRangeMatch().getStart(), matcher.getRangeMatch().getEnd());
      case PRESENT_MATCH -> present = matcher.getPresentMatch();
      case HEADERMATCHSPECIFIER_NOT_SET -> {} // asks for presence
    }
    return new HeaderMatch(
        HeaderNames.matched(matcher.getName(), scope.at("name")),
        value,
        range,
        present,
        matcher.getInvertMatch(),
        matcher.getTreatMissingHeaderAsEmpty());
  }

  static HeaderMatcher encode(HeaderMatch match) {
    HeaderMatcher.Builder matcher =
        HeaderMatcher.newBuilder()
            .setName(match.name())
            .setInvertMatch(match.invert())
            .setTreatMissingHeaderAsEmpty(match.treatMissingAsEmpty());
    @Nullable StringMatch value = match.value();
    @Nullable Range range = match.range();
    if (value != null) {
      matcher.setStringMatch(StringMatches.encode(value));
    } else if (range != null) {
      matcher.setRangeMatch(Int64Range.newBuilder().setStart(range.start()).setEnd(range.end()));
    } else {
      matcher.setPresentMatch(match.present());
    }
    return matcher.build();
  }
}
