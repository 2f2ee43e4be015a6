package dev.weft.xds.match;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.MetadataMatch;
import dev.weft.xds.model.StringMatch;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetadataMatcherTest {
  private static final Map<String, Map<String, ?>> NOTED =
      Map.of(
          "jwt",
          Map.of(
              "user",
              "ada",
              "age",
              36.0,
              "admin",
              true,
              "groups",
              List.of("staff", 7.0),
              "org",
              Map.of("unit", "engines")));

  private static boolean matches(MetadataMatch.Value value, String... path) {
    MetadataMatch match = new MetadataMatch("jwt", List.of(path), value, false);
    MetadataMatch inverted = new MetadataMatch("jwt", List.of(path), value, true);
    boolean matched = MetadataMatcher.compile(match).matches(NOTED);
    assertThat(MetadataMatcher.compile(inverted).matches(NOTED)).isNotEqualTo(matched);
    return matched;
  }

  private static MetadataMatch.Text text(String value) {
    return new MetadataMatch.Text(new StringMatch.Exact(value, false));
  }

  @Test
  void aValueIsOfItsKind() {
    assertThat(matches(text("ada"), "user")).isTrue();
    assertThat(matches(text("36.0"), "age")).isFalse();
    assertThat(matches(new MetadataMatch.Number(36), "age")).isTrue();
    assertThat(matches(new MetadataMatch.Number(36), "user")).isFalse();
    assertThat(matches(new MetadataMatch.Truth(true), "admin")).isTrue();
    assertThat(matches(new MetadataMatch.Truth(false), "admin")).isFalse();
  }

  @Test
  void aRangeHasItsStartAndNotItsEnd() {
    assertThat(matches(new MetadataMatch.Range(36, 40), "age")).isTrue();
    assertThat(matches(new MetadataMatch.Range(30, 36), "age")).isFalse();
  }

  @Test
  void aPathLeadsInward() {
    assertThat(matches(text("engines"), "org", "unit")).isTrue();
    assertThat(matches(text("engines"), "org")).isFalse();
    assertThat(matches(text("engines"), "user", "unit")).isFalse();
  }

  @Test
  void oneElementOfAListIsEnough() {
    assertThat(matches(new MetadataMatch.Element(text("staff")), "groups")).isTrue();
    assertThat(matches(new MetadataMatch.Element(new MetadataMatch.Number(7)), "groups")).isTrue();
    assertThat(matches(new MetadataMatch.Element(text("guests")), "groups")).isFalse();
    assertThat(matches(new MetadataMatch.Element(text("ada")), "user")).isFalse();
  }

  @Test
  void oneOfSeveralIsEnough() {
    MetadataMatch.Value either =
        new MetadataMatch.AnyOf(List.of(text("bob"), new MetadataMatch.Present(true)));

    assertThat(matches(either, "user")).isTrue();
    assertThat(matches(either, "nobody")).isFalse();
  }

  @Test
  void nothingHoldsOfWhatIsNotThere() {
    assertThat(matches(text(""), "nobody")).isFalse();
    assertThat(matches(new MetadataMatch.Null(), "nobody")).isFalse();
    assertThat(matches(new MetadataMatch.Present(true), "nobody")).isFalse();
    assertThat(matches(new MetadataMatch.Present(false), "nobody")).isFalse();
    assertThat(matches(new MetadataMatch.Present(false), "user")).isFalse();
  }
}
