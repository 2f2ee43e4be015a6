package dev.weft.xds.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.xds.model.Listener.TrafficDirection;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatTextTest {
  @ParameterizedTest
  @CsvSource({
    "plain.name, plain.name",
    "shop:8080, shop_8080",
    "x://y:/z, x_y_z",
    "a::b, a__b",
    ":, _"
  })
  void colonsAreUnderscores(String name, String text) {
    assertThat(StatText.of(name)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, 80, 127.0.0.1_80", "::, 443, [__]_443", "0.0.0.0, 0, 0.0.0.0_0"})
  void aListenerGoesByItsAddress(String host, int port, String text) {
    assertThat(listener(new SocketAddress(host, port)).statisticsName()).isEqualTo(text);
  }

  @Test
  void unlessItIsCalledOtherwise() {
    Listener listener = listener(new SocketAddress("127.0.0.1", 80));
    assertThat(listener.withStatPrefix("front:door").statisticsName()).isEqualTo("front_door");
  }

  private static Listener listener(SocketAddress address) {
    return new Listener(
        "web", address, List.of(), null, false, Duration.ZERO, TrafficDirection.UNSPECIFIED, null);
  }
}
