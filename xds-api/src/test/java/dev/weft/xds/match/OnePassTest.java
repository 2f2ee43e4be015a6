package dev.weft.xds.match;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One pass over a text says what RE2 says. */
class OnePassTest {
  private static final int EXPRESSIONS = 30_000;
  private static final int TEXTS = 8;
  private static final String[] PARTS = {
    "a",
    "b",
    "/",
    "-",
    "\\.",
    "\\d",
    "\\w",
    "\\-",
    ".",
    "[ab]",
    "[^/]",
    "[a-c-]",
    "[\\w.]",
    "[^\\d/]",
    "[b-]",
    "[]a]",
    "[^]]",
    "[[:alpha:]]",
    "[\\]a]",
    "[a-\\]]",
    "(a)",
    "a|b",
    "^",
    "$",
    "\\$",
    "\\Qa\\E",
    "{",
    "a{2}",
    "\u00e9",
    "[\u00e9a]",
    "]",
    "}",
    "\\pL",
    "\\/",
    "\\_",
    "[.-9]",
    "[^-a]"
  };
  private static final String[] QUANTIFIERS = {"", "", "", "", "*", "+", "?", "+?", "**"};
  private static final String CHARACTERS = "ab/-.1_]^$\\\n[\u00e9{Z";

  @Test
  void itSaysWhatRe2Says() {
    int known = 0;
    int matched = 0;
    for (long seed = 0; seed < EXPRESSIONS; seed++) {
      Random random = new Random(seed);
      String regex = regex(random);
      Pattern pattern;
      try {
        pattern = Pattern.compile(regex);
      } catch (PatternSyntaxException e) {
        continue;
      }
      OnePass pass = OnePass.of(pattern, 0);
      if (pass == null) {
        continue;
      }
      known++;
      String prefix = LiteralPrefix.ofRegex(regex);
      OnePass rest = OnePass.of(pattern, prefix.length());
      for (int i = 0; i < TEXTS; i++) {
        String text = text(random);
        boolean expected = pattern.matcher(text).matches();
        matched += expected ? 1 : 0;
        assertThat(pass.test(text, pattern))
            .as("seed %d: %s, %s", seed, regex, text)
            .isEqualTo(expected);
        if (text.startsWith(prefix)) {
          assertThat(rest.test(text, pattern))
              .as("seed %d: %s, %s", seed, regex, text)
              .isEqualTo(expected);
        }
      }
    }
    assertThat(known).as("expressions that it knows").isGreaterThan(EXPRESSIONS / 10);
    assertThat(matched).as("texts that match").isGreaterThan(EXPRESSIONS / 20);
  }

  private static String regex(Random random) {
    StringBuilder regex = new StringBuilder(random.nextInt(8) == 0 ? "^" : "");
    // Mostly parts that it knows, or there would be few whole expressions of them.
    int usual = random.nextInt(4) == 0 ? PARTS.length : 13;
    for (int i = 0, n = random.nextInt(5); i < n; i++) {
      regex.append(PARTS[random.nextInt(usual)]);
      regex.append(QUANTIFIERS[random.nextInt(random.nextInt(6) == 0 ? QUANTIFIERS.length : 7)]);
    }
    return regex + (random.nextInt(8) == 0 ? "$" : "");
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int usual = random.nextInt(4) == 0 ? CHARACTERS.length() : 4;
    for (int i = 0, n = random.nextInt(6); i < n; i++) {
      text.append(CHARACTERS.charAt(random.nextInt(usual)));
    }
    return text.toString();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/v[0-9]+/items/[^/]+",
        "/service-00017/[a-z]+",
        "^/a/\\d*$",
        "/users/[\\w-]+/orders/?",
        "/a.*",
        ""
      })
  void whatRoutesHaveIsMatchedInOnePass(String regex) {
    assertThat(OnePass.of(Regexes.compile(regex), 0)).isNotNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/.*/a", "/(a|b)", "a|b", "a{2}", "(?i)a", "[[:alpha:]]", "a*a", "\\pL"})
  void whatNeedsMoreIsLeftToRe2(String regex) {
    assertThat(OnePass.of(Regexes.compile(regex), 0)).isNull();
  }
}
