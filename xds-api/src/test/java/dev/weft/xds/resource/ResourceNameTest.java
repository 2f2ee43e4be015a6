package dev.weft.xds.resource;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ResourceNameTest {
  @ParameterizedTest
  @CsvSource({
    "plain?b=1&a=2, plain?b=1&a=2",
    "xdstp://auth/type/id, xdstp://auth/type/id",
    "xdstp://auth/type/id?b=1&a=2, xdstp://auth/type/id?a=2&b=1",
    "xdstp://auth/type/id?b=1&a=2#entry=x, xdstp://auth/type/id?a=2&b=1#entry=x"
  })
  void contextParametersHaveNoOrder(String name, String canonical) {
    assertThat(ResourceName.canonical(name)).isEqualTo(canonical);
  }

  @ParameterizedTest
  @CsvSource({
    "xdstp://auth/type/shop/*, xdstp://auth/type/shop/a, true",
    "xdstp://auth/type/shop/*, xdstp://auth/type/shop/, false",
    "xdstp://auth/type/shop/*, xdstp://auth/type/shop/a/b, false",
    "xdstp://auth/type/shop/*, xdstp://auth/type/other/a, false",
    "xdstp://auth/type/shop/*, xdstp://auth/type/shop/a?x=1, false",
    "xdstp://auth/type/shop/*?x=1, xdstp://auth/type/shop/a?x=1, true",
    "xdstp://auth/type/shop/*, plain, false"
  })
  void aGlobCoversOneSegment(String glob, String name, boolean covers) {
    assertThat(ResourceName.isGlob(glob)).isTrue();
    assertThat(ResourceName.globCovers(glob, name)).isEqualTo(covers);
  }

  @Test
  void onlyCollectionsAreGlobs() {
    assertThat(ResourceName.isGlob("plain/*")).isFalse();
    assertThat(ResourceName.isGlob("xdstp://auth/type/a*")).isFalse();
    assertThat(ResourceName.isGlob(ResourceName.WILDCARD)).isFalse();
  }
}
