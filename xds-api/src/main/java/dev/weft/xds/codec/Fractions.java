package dev.weft.xds.codec;

import dev.weft.xds.model.Fraction;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.FractionalPercent.DenominatorType;

/** {@code RuntimeFractionalPercent}: its default value, as there is no runtime. */
final class Fractions {
  private Fractions() {}

  static Fraction decode(RuntimeFractionalPercent fraction, DecodeScope scope) {
    FractionalPercent value = fraction.getDefaultValue();
    scope.at("default_value").require(fraction.hasDefaultValue(), "must be set");
    int denominator =
        switch (value.getDenominator()) {
          case HUNDRED -> 100;
          case TEN_THOUSAND -> 10_000;
          case MILLION -> 1_000_000;
          case UNRECOGNIZED -> {
            scope.at("default_value").at("denominator").problem("is not known");
            yield 100;
          }
        };
    // more than the whole is the whole
    long numerator = Math.min(Integer.toUnsignedLong(value.getNumerator()), denominator);
    return new Fraction((int) numerator, denominator);
  }

  static FractionalPercent encode(Fraction fraction) {
    return FractionalPercent.newBuilder()
        .setNumerator(fraction.numerator())
        .setDenominator(
            switch (fraction.denominator()) {
              case 100 -> DenominatorType.HUNDRED;
              case 10_000 -> DenominatorType.TEN_THOUSAND;
              case 1_000_000 -> DenominatorType.MILLION;
              default ->
                  throw new IllegalArgumentException(
                      fraction + " has a denominator other than 100, 10000 and 1000000");
            })
        .build();
  }
}
