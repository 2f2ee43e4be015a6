package dev.weft.xds.codec;

import io.envoyproxy.envoy.type.v3.Percent;

/** {@code envoy.type.v3.Percent}. */
final class Percents {
  private Percents() {}

  static double decode(Percent percent, DecodeScope scope) {
    double value = percent.getValue();
    boolean good = value >= 0 && value <= 100; // false for what is not a number
    scope.require(good, "is " + value + ", must be 0..100");
    return good ? value : 0;
  }
}
