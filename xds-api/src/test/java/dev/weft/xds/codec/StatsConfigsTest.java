package dev.weft.xds.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import dev.weft.xds.model.StatsSettings;
import dev.weft.xds.model.StatsSettings.Shown;
import dev.weft.xds.model.StatsSettings.Tag;
import dev.weft.xds.model.StringMatch;
import io.envoyproxy.envoy.config.metrics.v3.StatsConfig;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatsConfigsTest {
  private final Codecs codecs = new Codecs();

  private Decoded<StatsSettings> decode(String json) throws InvalidProtocolBufferException {
    StatsConfig.Builder config = StatsConfig.newBuilder();
    JsonFormat.parser().merge(json, config);
    return codecs.stats(config.build());
  }

  private StatsSettings settings(String json) throws InvalidProtocolBufferException {
    return switch (decode(json)) {
      case Decoded.Valid<StatsSettings> valid -> valid.value();
      case Decoded.Invalid<StatsSettings> invalid ->
          throw new AssertionError(invalid.problems().toString());
    };
  }

  @Test
  void nothingIsSaid() throws Exception {
    assertThat(settings("{}")).isEqualTo(StatsSettings.DEFAULT);
    assertThat(settings("{stats_matcher: {reject_all: false}}")).isEqualTo(StatsSettings.DEFAULT);
  }

  @Test
  void tagsOfThreeKinds() throws Exception {
    StatsSettings settings =
        settings(
            """
            {use_all_default_tags: false, stats_tags: [{tag_name: a, regex: "(x)"},
             {tag_name: b, fixed_value: ""}, {tag_name: envoy.cluster_name}]}
            """);
    assertThat(settings.defaultTags()).isFalse();
    assertThat(settings.tags())
        .containsExactly(
            new Tag.Part("a", "(x)"), new Tag.Fixed("b", ""), new Tag.Own("envoy.cluster_name"));
  }

  @Test
  void namesThatAreShown() throws Exception {
    List<StringMatch> names = List.of(new StringMatch.Prefix("http.", false));
    assertThat(settings("{stats_matcher: {inclusion_list: {patterns: [{prefix: http.}]}}}").shown())
        .isEqualTo(new Shown.Only(names));
    assertThat(settings("{stats_matcher: {exclusion_list: {patterns: [{prefix: http.}]}}}").shown())
        .isEqualTo(new Shown.AllBut(names));
    assertThat(settings("{stats_matcher: {reject_all: true}}").shown())
        .isEqualTo(new Shown.Nothing());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {stats_tags: [{tag_name: x}]}                                  | stats_tags[0]
          {stats_tags: [{tag_name: envoy.nothing}]}                      | stats_tags[0]
          {stats_tags: [{tag_name: a, regex: "(b)"}, {regex: "(a)"}]}    | stats_tags[1].tag_name
          {stats_tags: [{tag_name: x, regex: "(?=a)(b)"}]}               | stats_tags[0].regex
          {stats_matcher: {}}                                            | stats_matcher
          {stats_matcher: {inclusion_list: {}}}                          | stats_matcher.inclusion_list.patterns
          {stats_matcher: {exclusion_list: {patterns: [{prefix: ""}]}}}  | stats_matcher.exclusion_list.patterns[0].prefix
          {histogram_bucket_settings: [{match: {prefix: a}, buckets: [1]}]} | histogram_bucket_settings
          """)
  void refusals(String json, String path) throws Exception {
    assertThat(decode(json))
        .isInstanceOfSatisfying(
            Decoded.Invalid.class,
            invalid ->
                assertThat(((Decoded.Invalid<?>) invalid).problems())
                    .extracting(Problem::path)
                    .containsExactly(path));
  }
}
