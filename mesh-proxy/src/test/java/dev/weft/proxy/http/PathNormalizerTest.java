package dev.weft.proxy.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathNormalizerTest {
  @ParameterizedTest
  @CsvSource({
    "/, /",
    "/a/b?x=/../%61, /a/b?x=/../%61",
    "/a/../b, /b",
    "/.., /",
    "/../../x, /x",
    "/a/./b/., /a/b/",
    "/a/b/.., /a/",
    "/%61dmin, /admin",
    "/%2e%2E/x, /x",
    "/a%2Fb, /a%2Fb",
    "/a\\b, /a/b",
    "//admin, //admin",
    "/a/.hidden, /a/.hidden",
  })
  void hasOneForm(String path, String normal) {
    assertThat(PathNormalizer.apply(path, true, false)).hasToString(normal);
    assertThat(PathNormalizer.apply(normal, true, false)).hasToString(normal);
  }

  @ParameterizedTest
  @CsvSource({"//a///b?c=//d, /a/b?c=//d", "/a//, /a/"})
  void mergesSlashes(String path, String merged) {
    assertThat(PathNormalizer.apply(path, false, true)).hasToString(merged);
    assertThat(PathNormalizer.apply(path, true, true)).hasToString(merged);
  }

  @ParameterizedTest
  @CsvSource({"/%", "/%0", "/%zz", "/a%00b", "*%2e"})
  void refusesWhatHasNone(String path) {
    assertThat(PathNormalizer.apply(path, true, false)).isNull();
  }
}
