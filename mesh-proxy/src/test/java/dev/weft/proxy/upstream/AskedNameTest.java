package dev.weft.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.RequestNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AskedNameTest {
  @ParameterizedTest
  @CsvSource({
    "a.example,a.example",
    "a.example:80,a.example",
    "A.Example,A.Example",
    "localhost:1,localhost",
    "a.example:,a.example",
    "a.example:x,a.example:x",
    "a.example.,a.example."
  })
  void theHostIsTheServerName(String host, String name) {
    assertThat(AskedName.of(new RequestNames(true, false, ""), host))
        .isEqualTo(new AskedName(name, null));
    assertThat(AskedName.of(new RequestNames(true, true, ""), host))
        .isEqualTo(new AskedName(name, name));
  }

  @ParameterizedTest
  @CsvSource({"10.0.0.1,10.0.0.1", "10.0.0.1:80,10.0.0.1", "[::1],::1", "[::1]:80,::1"})
  void anAddressIsVerifiedAlone(String host, String name) {
    assertThat(AskedName.of(new RequestNames(true, false, ""), host)).isNull();
    assertThat(AskedName.of(new RequestNames(true, true, ""), host))
        .isEqualTo(new AskedName(null, name));
  }

  @Test
  void aRequestForNoHostSaysNothing() {
    assertThat(AskedName.of(new RequestNames(true, false, ""), null)).isNull();
  }

  @Test
  void capitalsMakeNoOtherConnection() {
    AskedName one = new AskedName("A.example", "b.Example");
    assertThat(one)
        .isEqualTo(new AskedName("a.Example", "B.example"))
        .hasSameHashCodeAs(new AskedName("a.Example", "B.example"))
        .isNotEqualTo(new AskedName("a.example", null))
        .isNotEqualTo(new AskedName(null, "b.example"));
  }
}
