package dev.weft.proxy.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.HttpConnectionManager.ScopeKeyPart;
import dev.weft.xds.model.HttpConnectionManager.ScopeKeyPart.Pair;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScopeKeyTest {
  private static List<String> key(String value, ScopeKeyPart... parts) {
    return new ScopeKey(List.of(parts)).of(new DefaultHttp2Headers(false).add("x-a", value));
  }

  private static ScopeKeyPart pair(String separator) {
    return new ScopeKeyPart("x-a", separator, 0, new Pair("=", "k"));
  }

  private static ScopeKeyPart element(int index, String separator) {
    return new ScopeKeyPart("x-a", separator, index, null);
  }

  @ParameterizedTest
  @CsvSource({
    "k=v, v",
    "a=b;k=v;k=w, v",
    "k=v=w, v=w",
    "k, ''",
    "k=, ''",
    "kk=v,",
    "' k=v',",
    "'',",
    ";;k=v, v"
  })
  void thePairsValueIsThePart(String value, String part) {
    assertThat(key(value, pair(";"))).isEqualTo(part == null ? null : List.of(part));
  }

  @Test
  void aPartThatIsMissingIsNoKey() {
    assertThat(key("a,b", element(0, ","), element(2, ","))).isNull();
    assertThat(new ScopeKey(List.of(element(0, ""))).of(new DefaultHttp2Headers())).isNull();
    assertThat(key("a,b", element(0, ","), element(1, ","))).containsExactly("a", "b");
    assertThat(key("a,b", element(0, ""))).containsExactly("a,b");
  }

  /** Law: the parts are those of the value when it is split, whatever it is. */
  @Test
  void elementsAreThoseOfTheSplitValue() {
    Random random = new Random(11);
    for (int run = 0; run < 20_000; run++) {
      StringBuilder value = new StringBuilder();
      for (int i = random.nextInt(12); i > 0; i--) {
        value.append("ab,=".charAt(random.nextInt(4)));
      }
      String separator = random.nextBoolean() ? "," : "b,";
      String[] split = Pattern.compile(separator, Pattern.LITERAL).split(value, -1);
      int index = random.nextInt(4);

      assertThat(key(value.toString(), element(index, separator)))
          .as("element %d of %s by %s", index, value, separator)
          .isEqualTo(index < split.length ? List.of(split[index]) : null);
    }
  }
}
