package dev.weft.proxy.filter.headers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryParametersTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/                  | /",
        "/?                 | /",
        "/?b=1&a=2          | /?a=2&b=1",
        "/?b=1&a=2&b=0      | /?a=2&b=1&b=0",
        "/?a                | /?a=",
        "/?a&               | /?a=",
        "/?a=1&&b=2         | /?=&a=1&b=2",
        "/?=1               | /?=1",
        "/?a=1=2?3          | /?a=1=2?3",
        "/?%41=%2f%26       | /?A=/&",
        "/?a=%zz&b=%4&c=%   | /?a=%zz&b=%4&c=%",
        "/?a=x+y            | /?a=x+y",
        "/%41?a=%2541       | /%41?a=%41",
      })
  void parametersAreDecodedAndSortedByName(String target, String written) {
    assertThat(QueryParameters.of(target).target()).isEqualTo(written);
  }

  @Test
  void whatWouldEndTheTargetStaysEscaped() {
    assertThat(QueryParameters.of("/?a=%0d%0a%00%20%7f%23%C3%a9").target())
        .isEqualTo("/?a=%0D%0A%00%20%7F%23\u00c3\u00a9");
  }

  @Test
  void whatIsWrittenIsEscaped() {
    assertThat(QueryParameters.escaped("aZ0-_.*~ /&=%\u00e9\u0000"))
        .isEqualTo("aZ0-_.*%7E%20%2F%26%3D%25%E9%00");
  }

  /**
   * Laws for any path and any changes: the path before the query stays; nothing ends the target or
   * its line; a name that is removed, or set, is there not at all, or once; others keep their
   * number.
   */
  @Test
  void changesTouchTheirNamesOnly() {
    for (int seed = 0; seed < 20_000; seed++) {
      Random random = new Random(seed);
      String path = "/" + text(random, "ab%=&", 4);
      QueryParameters parameters =
          QueryParameters.of(path + "?" + text(random, "ab%=&2036 \u00e9?", 24));
      parameters.add("b", "kept");
      String removed = text(random, "ab", 2);
      String set = removed + "a";
      parameters.remove(removed);
      parameters.set(set, text(random, "a%=\r\n #\u0000", 6));

      assertThat(parameters.contains(removed)).as("seed %d", seed).isFalse();
      assertThat(parameters.contains("b")).as("seed %d", seed).isEqualTo(!removed.equals("b"));
      String target = parameters.target();
      assertThat(target).as("seed %d", seed).startsWith(path + "?");
      assertThat(target.chars())
          .as("seed %d", seed)
          .allMatch(c -> c > ' ' && c != '#' && c != 0x7f);
      List<String> pairs = List.of(target.substring(path.length() + 1).split("&", -1));
      assertThat(pairs).as("seed %d", seed).anyMatch(pair -> pair.startsWith(set + "="));
    }
  }

  private static String text(Random random, String letters, int most) {
    StringBuilder text = new StringBuilder();
    for (int i = random.nextInt(most + 1); i > 0; i--) {
      text.append(letters.charAt(random.nextInt(letters.length())));
    }
    return text.toString();
  }
}
