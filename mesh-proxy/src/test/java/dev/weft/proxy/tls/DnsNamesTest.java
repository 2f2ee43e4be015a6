package dev.weft.proxy.tls;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DnsNamesTest {
  @ParameterizedTest
  @CsvSource({
    "a.example,a.example",
    "A.Example,a.eXample",
    "a.example,*.example",
    "a.b.example,a*.b.example",
    "abc.example,a*c.example",
    "ac.example,a*c.example",
    "xn--a.example,*.example"
  })
  void fits(String name, String pattern) {
    assertThat(DnsNames.fits(name, pattern)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "a.example,b.example",
    "a.b.example,*.example",
    "example,*.example",
    ".example,*.example",
    "a.example,*.*",
    "a.b.example,*.*.example",
    "a.b.example,a.*.example",
    "a.example,a.*",
    "a,*",
    "a.example,aa*a.example",
    "xn--abc.example,xn*.example",
    "a.example,a.example."
  })
  void fitsNot(String name, String pattern) {
    assertThat(DnsNames.fits(name, pattern)).isFalse();
  }
}
