package dev.weft.proxy.filter.grpcstats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.proxy.telemetry.GrpcMethod;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is expected was seen on Envoy 1.40.0. */
class CalledMethodTest {
  @ParameterizedTest
  @CsvSource({
    "/shop.Cart/Add, shop.Cart, Add",
    "/Cart/Add?a=/b/c, Cart, Add",
    "//Cart//Add/, Cart, Add",
    "Cart/Add, Cart, Add"
  })
  void aPathOfTwoPartsNamesAMethod(String path, String service, String method) {
    assertThat(CalledMethod.of(path)).isEqualTo(new GrpcMethod(service, method));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "/Cart", "/Cart/", "/a/b/c", "/?/a/b", "?"})
  void anyOtherNamesNone(String path) {
    assertThat(CalledMethod.of(path)).isNull();
  }
}
