package dev.weft.xds.codec;

import dev.weft.xds.model.MetadataMatch;
import io.envoyproxy.envoy.type.matcher.v3.DoubleMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.MetadataMatcher;
import io.envoyproxy.envoy.type.matcher.v3.OrMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import io.envoyproxy.envoy.type.v3.DoubleRange;
import java.util.ArrayList;
import java.util.List;

/** {@code envoy.type.matcher.v3.MetadataMatcher}. */
final class MetadataMatches {
  /** Lists of lists, and alternatives of alternatives: deeper than anybody writes them. */
  private static final int DEEPEST = 16;

  private static final MetadataMatch.Value NOTHING = new MetadataMatch.Null();

  private MetadataMatches() {}

  static MetadataMatch decode(MetadataMatcher matcher, DecodeScope scope) {
    scope.at("path").require(matcher.getPathCount() > 0, "must have one or more");
    List<String> path = new ArrayList<>();
    for (int i = 0; i < matcher.getPathCount(); i++) {
      path.add(Wire.text(matcher.getPath(i).getKey(), scope.at("path", i).at("key")));
    }
    return new MetadataMatch(
        Wire.text(matcher.getFilter(), scope.at("filter")),
        path,
        value(matcher.getValue(), 0, scope.at("value")),
        matcher.getInvert());
  }

  private static MetadataMatch.Value value(ValueMatcher matcher, int depth, DecodeScope scope) {
    if (depth > DEEPEST) {
      scope.problem("is more than " + DEEPEST + " matchers deep");
      return NOTHING;
    }
    return switch (matcher.getMatchPatternCase()) {
      case NULL_MATCH -> new MetadataMatch.Null();
      case DOUBLE_MATCH -> number(matcher.getDoubleMatch(), scope.at("double_match"));
      case STRING_MATCH ->
          new MetadataMatch.Text(
              StringMatches.decode(matcher.getStringMatch(), scope.at("string_match")));
      case BOOL_MATCH -> new MetadataMatch.Truth(matcher.getBoolMatch());
      case PRESENT_MATCH -> new MetadataMatch.Present(matcher.getPresentMatch());
      case LIST_MATCH -> {
        DecodeScope at = scope.at("list_match");
        at.at("one_of").require(matcher.getListMatch().hasOneOf(), "must be set");
        yield new MetadataMatch.Element(
            value(matcher.getListMatch().getOneOf(), depth + 1, at.at("one_of")));
      }
      case OR_MATCH -> {
        DecodeScope at = scope.at("or_match");
        List<ValueMatcher> all = matcher.getOrMatch().getValueMatchersList();
        at.at("value_matchers").require(all.size() >= 2, "must have two or more");
        List<MetadataMatch.Value> values = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
          values.add(value(all.get(i), depth + 1, at.at("value_matchers", i)));
        }
        yield new MetadataMatch.AnyOf(values);
      }
      case MATCHPATTERN_NOT_SET -> {
        scope.problem("must have one of the matchers set");
        yield NOTHING;
      }
    };
  }

  private static MetadataMatch.Value number(DoubleMatcher matcher, DecodeScope scope) {
    return switch (matcher.getMatchPatternCase()) {
      case EXACT -> new MetadataMatch.Number(matcher.getExact());
      case RANGE ->
          new MetadataMatch.Range(matcher.getRange().getStart(), matcher.getRange().getEnd());
      case MATCHPATTERN_NOT_SET -> {
        scope.problem("must have one of range and exact");
        yield NOTHING;
      }
    };
  }

  static MetadataMatcher encode(MetadataMatch match) {
    MetadataMatcher.Builder encoded =
        MetadataMatcher.newBuilder()
            .setFilter(match.namespace())
            .setValue(encode(match.value()))
            .setInvert(match.invert());
    match.path().forEach(key -> encoded.addPathBuilder().setKey(key));
    return encoded.build();
  }

  private static ValueMatcher encode(MetadataMatch.Value value) {
    ValueMatcher.Builder encoded = ValueMatcher.newBuilder();
    switch (value) {
      case MetadataMatch.Null() ->
          encoded.setNullMatch(ValueMatcher.NullMatch.getDefaultInstance());
      case MetadataMatch.Number(double exact) ->
          encoded.setDoubleMatch(DoubleMatcher.newBuilder().setExact(exact));
      case MetadataMatch.Range(double start, double end) ->
          encoded.setDoubleMatch(
              DoubleMatcher.newBuilder()
                  .setRange(DoubleRange.newBuilder().setStart(start).setEnd(end)));
      case MetadataMatch.Text(var text) -> encoded.setStringMatch(StringMatches.encode(text));
      case MetadataMatch.Truth(boolean truth) -> encoded.setBoolMatch(truth);
      case MetadataMatch.Present(boolean present) -> encoded.setPresentMatch(present);
      case MetadataMatch.Element(var element) ->
          encoded.setListMatch(ListMatcher.newBuilder().setOneOf(encode(element)));
      case MetadataMatch.AnyOf(var values) -> {
        OrMatcher.Builder any = OrMatcher.newBuilder();
        values.forEach(one -> any.addValueMatchers(encode(one)));
        encoded.setOrMatch(any);
      }
    }
    return encoded.build();
  }
}
